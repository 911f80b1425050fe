# Shell integration of AI Orchestrator for bash, used as --rcfile. Reads the user's own ~/.bashrc, then makes
# the shell tell where prompt, command and output begin and how a command ended (OSC 133), and the folder (OSC 7).
__aio_aid=$AI_ORCHESTRATOR_AID
__aio_exports=$AI_ORCHESTRATOR_EXPORTS
unset AI_ORCHESTRATOR_AID AI_ORCHESTRATOR_EXPORTS

[ -r ~/.bashrc ] && . ~/.bashrc

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
  return "$status"
}

if ((BASH_VERSINFO[0] > 5 || (BASH_VERSINFO[0] == 5 && BASH_VERSINFO[1] >= 1))); then
  PROMPT_COMMAND=(__aio_ended "${PROMPT_COMMAND[@]}" __aio_prompt)
else
  PROMPT_COMMAND="__aio_ended${PROMPT_COMMAND:+; $PROMPT_COMMAND}; __aio_prompt"
fi
PS0='\e]133;C;aid='$__aio_aid'\a'${PS0-}
