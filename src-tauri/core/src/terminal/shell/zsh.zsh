# Shell integration of AI Orchestrator for zsh: read as .zshenv, from the folder that ZDOTDIR was set to. Gives
# ZDOTDIR back before the user's own files are read, then makes the shell tell where prompt, command and output
# begin and how a command ended (OSC 133), and the folder (OSC 7).
if [[ -n ${AI_ORCHESTRATOR_ZDOTDIR+x} ]]; then
  export ZDOTDIR=$AI_ORCHESTRATOR_ZDOTDIR
else
  unset ZDOTDIR
fi
typeset -g __aio_aid=$AI_ORCHESTRATOR_AID __aio_exports=$AI_ORCHESTRATOR_EXPORTS
unset AI_ORCHESTRATOR_ZDOTDIR AI_ORCHESTRATOR_AID AI_ORCHESTRATOR_EXPORTS

[[ -r ${ZDOTDIR:-$HOME}/.zshenv ]] && source "${ZDOTDIR:-$HOME}/.zshenv"

if [[ -o interactive ]]; then
  # First of the prompt's hooks: $? is still the user's command's.
  __aio_ended() {
    printf '\e]133;D;%s;aid=%s\a' "$?" "$__aio_aid"
  }

  # Last of them: whatever set the prompt has set it.
  __aio_prompt() {
    if [[ $PS1 != *"133;B;aid=$__aio_aid"* ]]; then
      PS1=$'%{\e]133;A;aid='$__aio_aid$'\a%}'$PS1$'%{\e]133;B;aid='$__aio_aid$'\a%}'
    fi
    local folder=${PWD//\%/%25}
    folder=${folder//;/%3B} folder=${folder//$'\n'/%0A} folder=${folder//$'\e'/%1B} folder=${folder//$'\a'/%07}
    printf '\e]7;file://%s%s\a' "$HOST" "$folder"
  }

  __aio_output() {
    local command=${${1[1,4096]}//\%/%25}
    command=${command//;/%3B} command=${command//$'\n'/%0A} command=${command//$'\t'/%09} command=${command//$'\e'/%1B}
    printf '\e]133;C;aid=%s;cmdline_url=%s\a' "$__aio_aid" "${command//[[:cntrl:]]/ }"
  }

  # Runs once, before the first prompt: only now have the user's files set their hooks.
  __aio_start() {
    local exit=$?
    eval "$__aio_exports"
    precmd_functions=(__aio_ended ${precmd_functions:#__aio_start} __aio_prompt)
    preexec_functions=($preexec_functions __aio_output)
    unset __aio_exports
    unfunction __aio_start
    (exit $exit)
    __aio_ended
    __aio_prompt
  }
  precmd_functions+=(__aio_start)
fi
