//! The table of places, and what real shells make of values in those that were called fit.

use proptest::prelude::*;

use super::{Around, ShellKind};
use crate::action::template::shell::tests::{Bench, SHELLS, here};
use crate::action::template::{Typed, placeholders};

const ALL: &[ShellKind] = &[ShellKind::Bash, ShellKind::Zsh, ShellKind::Fish, ShellKind::Sh];
const BASH: &[ShellKind] = &[ShellKind::Bash];
const ZSH: &[ShellKind] = &[ShellKind::Zsh];
const FISH: &[ShellKind] = &[ShellKind::Fish];

fn verdict(text: &str, shells: &[ShellKind]) -> Option<Around> {
    Typed::default().then(text, &placeholders(text), shells).first().map(|(_, around)| *around)
}

#[test]
fn no_place_where_a_value_is_more_than_a_word_is_fit() {
    for (text, around) in [
        ("echo '{{ inputs.x }}'", Around::Quotes),
        ("echo \"{{ inputs.x }}\"", Around::Quotes),
        ("echo \"it's {{ inputs.x }}\"", Around::Quotes),
        ("echo `echo {{ inputs.x }}`", Around::Backticks),
        ("echo $(echo {{ inputs.x }})", Around::Substitution),
        ("echo $(f (a) {{ inputs.x }})", Around::Substitution),
        ("echo \"$(echo {{ inputs.x }})\"", Around::Substitution),
        ("echo $'a\\'{{ inputs.x }}'", Around::Quotes),
        ("echo \\{{ inputs.x }}", Around::Escape),
        ("echo ${{ inputs.x }}", Around::Escape),
        ("echo !{{ inputs.x }}", Around::Recall),
        ("cat <<EOF\n{{ inputs.x }}\nEOF", Around::HereDocument),
        // Where a comment may or may not begin, both are followed.
        ("# it's\necho '{{ inputs.x }}'", Around::Quotes),
        ("# it's\r echo {{ inputs.x }} '", Around::Quotes),
        ("true &# it's\recho '{{ inputs.x }}'\r", Around::Quotes),
        ("(# it's\recho '{{ inputs.x }}')\r", Around::Quotes),
        ("true |# it's\rsed s/'{{ inputs.x }}'/\r", Around::Quotes),
        ("ls # {{ inputs.x }}\r", Around::Comment),
        // fish escapes in single quotes, dash has no `$'…'`.
        ("echo 'it\\'s {{ inputs.x }}'\r", Around::Quotes),
        ("echo $'a\\' '{{ inputs.x }}'\r", Around::Quotes),
        ("echo ' ` {{ inputs.x }} ` '\r", Around::Quotes),
        // What is calculated is evaluated once more.
        ("for ((i=0;i<{{ inputs.x }};i++)); do echo; done\r", Around::Calculation),
        ("(( {{ inputs.x }} > 0 ))\r", Around::Calculation),
        ("echo $(({{ inputs.x }}+1))\r", Around::Calculation),
        ("echo \"$(( (1) + {{ inputs.x }} ))\"\r", Around::Calculation),
        ("echo $[{{ inputs.x }}]\r", Around::Calculation),
        ("[[ {{ inputs.x }} -gt 0 ]]\r", Around::Calculation),
        ("if [[ a =~ [^[:alpha:]] && {{ inputs.x }} -gt 0 ]]; then ls; fi\r", Around::Calculation),
        ("a[{{ inputs.x }}]=1\r", Around::Calculation),
        ("a=([{{ inputs.x }}]=1)\r", Around::Calculation),
        ("echo ${a[{{ inputs.x }}]}\r", Around::Calculation),
        ("echo ${a:{{ inputs.x }}}\r", Around::Expansion),
        ("echo *(e:{{ inputs.x }}:)\r", Around::Pattern),
        // Backticks know no quotes, `case` no pairs, and in `"${…}"` a quote may be none.
        ("echo `echo '` '{{ inputs.x }}`'`\r", Around::Quotes),
        ("echo \"$(case a in a) echo \" {{ inputs.x }} \";; esac)\"\r", Around::Unclear),
        ("echo \"${a:-'}\" {{ inputs.x }} \"'}\"\r", Around::Quotes),
        ("echo \"${a:-'\" {{ inputs.x }} \"'}\"\r", Around::Quotes),
        // A line that makes no sense ends at its Enter, and its quotes with it.
        ("echo )'\recho '{{ inputs.x }}'\r", Around::Quotes),
        ("echo '\x03echo '{{ inputs.x }}'\r", Around::Quotes),
        ("echo \"\\\x03echo \"{{ inputs.x }}\"\r", Around::Quotes),
        // A backslash at a line's end joins what stands around it.
        ("echo $\\\n{{ inputs.x }}\r", Around::Escape),
        ("echo $\\\r\\\n{{ inputs.x }}\r", Around::Escape),
        ("(\\\n( x={{ inputs.x }} ))\r", Around::Calculation),
        ("# it\\\n(\\\n(\n x={{ inputs.x }} ))\r", Around::Calculation),
        ("[\\\n[ 1 -eq {{ inputs.x }} ]]\r", Around::Calculation),
        ("[[ 1 ]\\\nx] || 1 -eq {{ inputs.x }} ]]\r", Around::Calculation),
        ("echo $\\\n[{{ inputs.x }}]\r", Around::Calculation),
        ("echo $(\\\n(1+{{ inputs.x }}))\r", Around::Calculation),
        ("echo $\\\n(echo {{ inputs.x }})\r", Around::Substitution),
        ("echo $\\\n{x:-{{ inputs.x }}}\r", Around::Expansion),
        ("cat <\\\n<E\n{{ inputs.x }}\nE\r", Around::HereDocument),
        ("x\\\n[{{ inputs.x }}]=1\r", Around::Calculation),
        ("echo *\\\n(e:{{ inputs.x }}:)\r", Around::Pattern),
        ("echo \"$(c\\\nase a in a) echo \" {{ inputs.x }} \";; esac)\"\r", Around::Unclear),
        // What is called back brings its quotes with it.
        ("echo \"zz\"\r^zz^{{ inputs.x }}\r", Around::Recall),
        ("\x15 ^zz^{{ inputs.x }}\r", Around::Recall),
        ("true \\\r^zz^{{ inputs.x }}\r", Around::Recall),
        ("!:gs;zz;{{ inputs.x }};\r", Around::Recall),
        ("!!:s^zz^{{ inputs.x }}^\r", Around::Recall),
        ("echo hi; !-1:gs=zz={{ inputs.x }}=\r", Around::Recall),
        ("echo \"!zz\" {{ inputs.x }}\r", Around::Recall),
        ("echo `echo !zz` {{ inputs.x }}\r", Around::Recall),
        ("!zz\rls {{ inputs.x }}\r", Around::Recall),
        ("echo \\\\!zz {{ inputs.x }}\r", Around::Recall),
        // zsh takes `!"` out of the line.
        ("echo \"hi!\" {{ inputs.x }}\r", Around::Recall),
        ("ls # see!that\rls {{ inputs.x }}\r", Around::Recall),
        // fish's substitution.
        ("echo (echo {{ inputs.x }})\r", Around::Substitution),
        // What a line editor does with these, nobody can know.
        ("echo $\t{{ inputs.x }}\r", Around::Key),
        ("echo $ \x7f{{ inputs.x }}\r", Around::Key),
        ("echo $\0{{ inputs.x }}\r", Around::Key),
        ("echo $ \x1b[D{{ inputs.x }}\r", Around::Key),
        ("echo $\x15{{ inputs.x }}\r", Around::Key),
        ("echo ''\x7f\r{{ inputs.x }}\r", Around::Key),
        ("echo a \x16\x03{{ inputs.x }}\r", Around::Key),
    ] {
        let verdict = verdict(text, ALL);
        assert!(verdict.is_some(), "{text:?} is called fit");
        assert_eq!(verdict, Some(around), "{text:?}");
    }
}

#[test]
fn what_the_shells_own_commands_calculate_with_or_take_for_a_name_is_not_fit() {
    for text in [
        "let y={{ inputs.x }}\r",
        "A={{ inputs.x | raw }} let {{ inputs.x }}\r",
        "true && l\\et \\\n {{ inputs.x }}\r",
        "[ -v {{ inputs.x }} ]\r",
        "if ! test -v {{ inputs.x }}; then ls; fi\r",
        "ls; RANDOM={{ inputs.x }} ls\r",
        "MAILCHECK={{ inputs.x }}\r",
        "export TMOUT={{ inputs.x }}\r",
        "for SECONDS in 1 {{ inputs.x }}; do ls; done\r",
        "[ -t {{ inputs.x }} ]\r",
        "print -f '%d' {{ inputs.x }}\r",
        "printf \"$F\" {{ inputs.x }}\r",
        "printf -v SECONDS %s {{ inputs.x }}\r",
        "zparseopts a={{ inputs.x }}\r",
        "declare -i z={{ inputs.x }}\r",
        "declare {{ inputs.x }}=1\r",
        "X=1 export {{ inputs.x }}\r",
        "printf -v {{ inputs.x }} a\r",
        "printf '%5d' {{ inputs.x }}\r",
        "while read -r {{ inputs.x }}; do ls; done\r",
        "(unset a {{ inputs.x }})\r",
        "ls | while true; do exit {{ inputs.x }}; done\r",
    ] {
        assert_eq!(verdict(text, ALL), Some(Around::Calculation), "{text:?}");
    }
}

#[test]
fn a_word_of_its_own_is_fit() {
    for text in [
        "echo {{ inputs.x }}",
        "echo 'a'{{ inputs.x }}\"b\"",
        "echo --x={{ inputs.x }}",
        "echo \\'{{ inputs.x }}",
        "echo $(date) {{ inputs.x }}",
        "echo `date +'%s'` {{ inputs.x }}",
        "(cd {{ inputs.x }} && ls)",
        "cat <<<{{ inputs.x }}",
        "python -c '{{ inputs.x | raw }}'",
        "echo ${#x} {{ inputs.x }}",
        "echo ${HOME}/{{ inputs.x }}/b.txt > {{ inputs.x }}",
        "[ {{ inputs.x }} = yes ] && ls *.[ch] {{ inputs.x }}\r",
        "files=({{ inputs.x }} b)\r",
        "f() { ls {{ inputs.x }}; }\r",
        "for i in a {{ inputs.x }}; do ls; done\r",
        "printf '%s\\n' {{ inputs.x }}\r",
        "case {{ inputs.x }} in a) ls;; esac\r",
        "git commit -m 'it'\\''s done' {{ inputs.x }}\r",
        "echo \"it's fine\" {{ inputs.x }}\r",
        "ls a#b {{ inputs.x }} # list\rls {{ inputs.x }}\r",
        "echo $((1 + 2)) {{ inputs.x }}\r",
        "if [[ -d a ]]; then ls {{ inputs.x }}; fi\r",
        "ls -l\\\n  -a \\\n{{ inputs.x }}\r",
        "true &&\\\nls {{ inputs.x }}\\\n.bak\r",
        "echo $\\\\\n{{ inputs.x }}\r",
        "[ ! -f {{ inputs.x }} ] && ls\r",
        "if ! ls {{ inputs.x }}; then [ a != {{ inputs.x }} ]; fi\r",
        "echo Hello! {{ inputs.x }}; echo 'Hi!' \"a ! b\" a^b \\!x {{ inputs.x }} !\rls {{ inputs.x }} ^b\r",
        "awk '!seen[$0]++ && /^a/' {{ inputs.x }}\r",
        "true & kill $!; ls {{ inputs.x }}\r",
        "export A={{ inputs.x }} B=b/{{ inputs.x }}; readonly -r C={{ inputs.x }}\r",
        "while read -r a; do printf '%s\\n' {{ inputs.x }}; done\r",
        "echo let {{ inputs.x }}; A=1 B={{ inputs.x }} ls -v {{ inputs.x }}; [ -n {{ inputs.x }} ]\r",
        "\x15ls {{ inputs.x }}\t\r",
        "ls\t\x03ls {{ inputs.x }}\r",
    ] {
        assert_eq!(verdict(text, ALL), None, "{text:?}");
    }
}

#[test]
fn only_the_shells_that_may_read_it_are_asked() {
    let escaped = "echo 'a\\' {{ inputs.x }}\r";
    assert_eq!((verdict(escaped, BASH), verdict(escaped, FISH)), (None, Some(Around::Quotes)));
    let backtick = "echo ` {{ inputs.x }}\r";
    assert_eq!((verdict(backtick, BASH), verdict(backtick, FISH)), (Some(Around::Backticks), None));
    for text in ["echo \"hi!\" [!a] ${!x} $!x {{ inputs.x }}\r", "exit {{ inputs.x }}\r"] {
        assert_eq!((verdict(text, BASH), verdict(text, FISH)), (None, None), "{text:?}");
        assert!(verdict(text, ZSH).is_some(), "{text:?}");
    }
    assert_eq!(verdict("^a^{{ inputs.x }} !x {{ inputs.x }}; let {{ inputs.x }}\r", FISH), None);
    let parentheses = "echo (echo {{ inputs.x }})\r";
    assert_eq!((verdict(parentheses, BASH), verdict(parentheses, FISH)), (None, Some(Around::Substitution)));
    assert_eq!(verdict("echo a(echo (true) {{ inputs.x }})\r", FISH), Some(Around::Substitution));
    assert_eq!(ShellKind::that_may_read(Some("/bin/bash")), BASH);
    for unknown in [None, Some("nu"), Some("./my-shell")] {
        assert_eq!(ShellKind::that_may_read(unknown), ALL);
    }
}

/// Followed one by one, their ways would be more than any memory holds.
#[test]
fn no_text_costs_more_than_the_ways_that_are_followed() {
    const SIZE: usize = 64 * 1024;
    for part in [
        "a",
        "\r",
        "' \" ",
        "$(",
        "${",
        "`\"",
        "(",
        "=(",
        "x[",
        " #'\"${a:-'\"",
        " #'\r\"${",
        " #'\n\"$(",
        "\"${a:-\"'",
        " #<<\r",
        "{{ inputs.x }}",
        "'{{ inputs.x }}\r",
        " #{{ inputs.x }}'\n",
        "$({{ inputs.x }}",
        "\"${a:-'{{ inputs.x }}",
    ] {
        let text = part.repeat(SIZE / part.len()) + "'{{ inputs.x }}'\"{{ inputs.x }}\"";
        assert!(verdict(&text, ALL).is_some(), "{part:?}");
    }
    // These are given up, where to follow all of them would tell the reason.
    for part in [" #'\"${a:-'\"", " #'\r\"${", "\"${a:-'\" #"] {
        let text = part.repeat(12) + "{{ inputs.x }}";
        assert_eq!(verdict(&text, BASH), Some(Around::Unclear), "{part:?}");
    }
}

const HOSTILE: [&str; 10] = [
    "; touch PWN; ",
    "$(touch PWN)1",
    "'; touch PWN; '",
    "\"; touch PWN; \"",
    "`touch PWN`",
    "a[$(touch PWN)]",
    "\ntouch PWN\n",
    "\\'; touch PWN; #",
    "!$ !! ${x@P} * ~ {a,b} \\",
    "' !!:s^argv^$(touch PWN)^",
];

/// Wherever the value arrives it is in one word, whole, and nothing of it runs: in each shell for which the template
/// is called fit. How often it arrived.
fn arrivals(bench: &Bench, template: &str, hostile: &str) -> usize {
    let value = format!("MARK{hostile}MARK");
    let mut arrived = 0;
    for (shell, kind) in SHELLS.into_iter().filter(|(shell, _)| here(shell)) {
        if verdict(template, &[kind]).is_some() {
            continue;
        }
        let text = template.replace("{{ inputs.x }}", &kind.quote(&value));
        for interactive in [false, true] {
            let words = bench.calls(shell, interactive, &text).concat();
            for word in words.iter().filter(|word| word.contains("MARK")) {
                assert!(word.contains(&value), "{shell} ({interactive}): {text:?} gave {words:?}");
                arrived += 1;
            }
        }
    }
    arrived
}

#[test]
fn real_shells_take_a_hostile_value_for_one_word() {
    if !here("setsid") {
        return;
    }
    let bench = Bench::with("argv");
    let shells = SHELLS.iter().filter(|(shell, _)| here(shell)).count();
    for (template, times) in [
        ("argv {{ inputs.x }}\r", 1),
        ("argv 'a'{{ inputs.x }}\"b\" {{ inputs.x }}\r", 2),
        ("[ {{ inputs.x }} = a ]; argv --x={{ inputs.x }}\rtrue; argv \"it's\" {{ inputs.x }}\r", 2),
    ] {
        assert_eq!(verdict(template, ALL), None, "{template}");
        for hostile in HOSTILE {
            assert_eq!(arrivals(&bench, template, hostile), 2 * times * shells, "{template} {hostile}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_template_is_called_fit_is_fit_in_real_shells(
        before in prop::collection::vec(fragment(), 0..7),
        after in prop::collection::vec(fragment(), 0..5),
        hostile in prop::sample::select(HOSTILE.to_vec()),
    ) {
        thread_local! { static BENCH: Bench = Bench::with("argv"); }
        let template = format!("{}argv {{{{ inputs.x }}}}{}\r", before.concat(), after.concat());
        if here("setsid") {
            BENCH.with(|bench| arrivals(bench, &template, hostile));
        }
    }
}

fn fragment() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        " ",
        " ",
        "a",
        "argv ",
        "'",
        "'",
        "\"",
        "\"",
        "\\",
        "\\'",
        "$'",
        "$(",
        ")",
        "(",
        "`",
        "((",
        "))",
        "[[ ",
        " ]]",
        "#",
        " # it's ",
        ";",
        "&",
        "|",
        "\r",
        "\r",
        "\n",
        "\\\n",
        "\\\r",
        "<",
        "[",
        "${x:-",
        "}",
        "case a in a) ",
        ";; esac",
        "x[",
        "]",
        "x=",
        "=(",
        "!",
        "$",
        "if true; then ",
        "; fi",
        "f() { ",
        "; }",
        "*",
        "-",
        "!!",
        "!$",
        "echo \"zz\"\r",
        "^zz^",
        "!:s;zz;",
    ])
}
