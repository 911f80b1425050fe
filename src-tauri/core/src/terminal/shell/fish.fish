# Shell integration of AI Orchestrator for fish: found through XDG_DATA_DIRS, which is given back at once. Makes
# the shell tell where prompt, command and output begin and how a command ended (OSC 133), and the folder (OSC 7).
if set -q AI_ORCHESTRATOR_XDG_DATA_DIRS
    set -gx XDG_DATA_DIRS $AI_ORCHESTRATOR_XDG_DATA_DIRS
else
    set -e XDG_DATA_DIRS
end
set -g __aio_aid $AI_ORCHESTRATOR_AID
set -g __aio_exports $AI_ORCHESTRATOR_EXPORTS
set -e AI_ORCHESTRATOR_XDG_DATA_DIRS
set -e AI_ORCHESTRATOR_AID
set -e AI_ORCHESTRATOR_EXPORTS

if status is-interactive
    function __aio_ended --on-event fish_postexec
        printf '\e]133;D;%s;aid=%s\a' $status $__aio_aid
    end

    function __aio_output --on-event fish_preexec
        printf '\e]133;C;aid=%s;cmdline_url=%s\a' $__aio_aid (string escape --style=url -- (string sub -l 4096 -- "$argv[1]" | string collect))
    end

    # Before the first prompt the user's configuration has been read: its prompt is wrapped then.
    function __aio_prompt --on-event fish_prompt
        if set -q __aio_exports
            eval $__aio_exports
            set -e __aio_exports
        end
        if not functions -q __aio_user_prompt
            functions -c fish_prompt __aio_user_prompt
            function fish_prompt
                printf '\e]133;A;aid=%s\a' $__aio_aid
                __aio_user_prompt
                printf '\e]133;B;aid=%s\a' $__aio_aid
            end
        end
        printf '\e]7;file://%s%s\a' (hostname) (string escape --style=url -- $PWD)
    end
end
