# Shell integration of AI Orchestrator for bash, used as --rcfile. Reads the user's own ~/.bashrc (or, as a login
# shell, the profile files in bash's order), then makes the shell tell where prompt, command and output begin and how
# a command ended (OSC 133), and the folder (OSC 7).
__aio_aid=$AI_ORCHESTRATOR_AID
__aio_exports=$AI_ORCHESTRATOR_EXPORTS
__aio_login=${AI_ORCHESTRATOR_LOGIN-}
unset AI_ORCHESTRATOR_AID AI_ORCHESTRATOR_EXPORTS AI_ORCHESTRATOR_LOGIN

if [[ $__aio_login ]]; then
  [ -r /etc/profile ] && . /etc/profile
  if [ -r ~/.bash_profile ]; then
    . ~/.bash_profile
  elif [ -r ~/.bash_login ]; then
    . ~/.bash_login
  elif [ -r ~/.profile ]; then
    . ~/.profile
  fi
elif [ -r ~/.bashrc ]; then
  . ~/.bashrc
fi
unset __aio_login

eval "$__aio_exports"
unset __aio_exports

# First of the prompt's commands: $? is still the user's command's, and stays so for those after this one.
__aio_ended() {
  local status=$?
  printf '\e]133;D;%s;aid=%s\a' "$status" "$__aio_aid"
  return "$status"
}

# Last of them: whatever set the prompt has set it.
__aio_prompt() {
  local status=$? folder=$PWD
  case $PS1 in
    *"133;B;aid=$__aio_aid"*) ;;
    *) PS1='\[\e]133;A;aid='$__aio_aid'\a\]'$PS1'\[\e]133;B;aid='$__aio_aid'\a\]' ;;
  esac
  folder=${folder//%/%25} folder=${folder//;/%3B} folder=${folder//$'\n'/%0A}
  folder=${folder//$'\e'/%1B} folder=${folder//$'\a'/%07}
  printf '\e]7;file://%s%s\a' "${HOSTNAME-}" "$folder"
  if [[ $__aio_output ]]; then
    [[ ${PS0-} == *"133;C;aid=$__aio_aid"* ]] || PS0=$__aio_output${PS0-}
    # The number that the next line of the history will have.
    __aio_next=${HISTCMD-}
  fi
  return "$status"
}

# The command that begins, percent-encoded. It is the history's last line, unless that is an earlier one: then
# this one was to be kept out of the history, and stays unknown.
__aio_command() {
  local HISTTIMEFORMAT= command number
  # Before 5.0 HISTCMD told nothing at a prompt.
  [[ -o history && $__aio_next ]] && ((BASH_VERSINFO[0] >= 5)) || return
  command=$(builtin history 1)
  [[ $command =~ ^\ *([0-9]+)[*\ ]\  ]] || return
  number=${BASH_REMATCH[1]} command=${command:${#BASH_REMATCH}}
  # A line that is not added although all lines are is one that was the last already.
  ((number >= __aio_next)) ||
    [[ ${HISTCONTROL-} != *ignore[sb]* && -z ${HISTIGNORE-} ]] || return
  command=${command:0:4096}
  command=${command//%/%25} command=${command//;/%3B} command=${command//$'\n'/%0A} command=${command//$'\t'/%09}
  command=${command//$'\e'/%1B} command=${command//[[:cntrl:]]/ }
  builtin printf ';cmdline_url=%s' "$command"
}

if ((BASH_VERSINFO[0] > 5 || (BASH_VERSINFO[0] == 5 && BASH_VERSINFO[1] >= 1))); then
  PROMPT_COMMAND=(__aio_ended "${PROMPT_COMMAND[@]}" __aio_prompt)
else
  PROMPT_COMMAND="__aio_ended${PROMPT_COMMAND:+; $PROMPT_COMMAND}; __aio_prompt"
fi
# bash 4.4 was the first to print something before a command. What traps and traces of the user's print there
# must not stand in the mark.
__aio_output=
if ((BASH_VERSINFO[0] > 4 || (BASH_VERSINFO[0] == 4 && BASH_VERSINFO[1] >= 4))); then
  __aio_output='\e]133;C;aid='$__aio_aid'$({ builtin trap - DEBUG; } &>/dev/null; { __aio_command; } 2>/dev/null)\a'
fi
