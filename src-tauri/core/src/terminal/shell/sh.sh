# Shell integration of AI Orchestrator for shells like sh, read through ENV. Such a shell can only say where its
# prompt stands and how the last command ended (OSC 133), through PS1: it has no hook before a command.
if [ -n "${AI_ORCHESTRATOR_USER_ENV-}" ]; then
  ENV=$AI_ORCHESTRATOR_USER_ENV
  export ENV
else
  unset ENV
fi
__aio_aid=$AI_ORCHESTRATOR_AID
__aio_exports=$AI_ORCHESTRATOR_EXPORTS
unset AI_ORCHESTRATOR_USER_ENV AI_ORCHESTRATOR_AID AI_ORCHESTRATOR_EXPORTS
[ -n "${ENV-}" ] && [ -r "$ENV" ] && . "$ENV"
eval "$__aio_exports"
unset __aio_exports
PS1="$(printf '\033]133;D;')\$?$(printf ';aid=%s\007\033]133;A;aid=%s\007' "$__aio_aid" "$__aio_aid")${PS1-\$ }$(printf '\033]133;B;aid=%s;editor=kernel\007' "$__aio_aid")"
unset __aio_aid
