//! The programs that are recorded, and what is done with each: the whole of what `tests/recordings` shows.

/// A program and its script.
pub struct Recorded {
    /// The recording's name.
    pub name: &'static str,
    /// Columns and rows at the start.
    pub size: (u16, u16),
    /// What must be installed.
    pub needs: &'static [&'static str],
    /// What `sh` runs first, in the folder that the program is then started in.
    pub prepare: &'static str,
    /// The program and its arguments.
    pub command: &'static [&'static str],
    /// What is done with it.
    pub steps: &'static [Step],
}

/// One thing done with a program.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    /// Waits until this is on the screen.
    Wait(&'static str),
    /// Waits until nothing more is printed.
    Settle,
    /// Types this.
    Keys(&'static str),
    /// Makes the terminal so many columns and rows large.
    Resize(u16, u16),
    /// Keeps what the screen shows now, under this name.
    Look(&'static str),
}

use Step::{Keys, Look, Resize, Settle, Wait};

const SHELL: &[&str] = &["bash", "--norc", "--noprofile"];

/// Numbered lines, some of them wide.
const TALE: &str = r#"
i=1; while [ $i -le 60 ]; do
  case $((i % 7)) in
    0) text="日本語の行は幅が二倍です。" ;;
    3) text="a long line that goes on and on until it no longer fits into eighty columns, and then some more" ;;
    5) text="emoji 🎉 and accents: café, naïve, Ångström" ;;
    *) text="the tale goes on" ;;
  esac
  printf 'line %d: %s\n' $i "$text"; i=$((i + 1))
done > tale.txt
"#;

/// Every program.
pub const PROGRAMS: &[Recorded] = &[
    Recorded {
        name: "vim",
        size: (80, 24),
        needs: &["vim"],
        prepare: r#"
printf '//! Sums.\n\nfn main() {\n    let prices = [1, 2, 3];\n    // 合計 🎉\n    println!("{}", prices.iter().sum::<i32>());\n}\n' > sum.rs
"#,
        command: &[
            "vim",
            "-N",
            "-u",
            "NONE",
            "-i",
            "NONE",
            "-n",
            "-c",
            "syntax on",
            "-c",
            "set ruler number",
            "sum.rs",
        ],
        steps: &[
            Wait("sum.rs"),
            Settle,
            Look("a file is open"),
            Keys("Go// あいうえお wide\rcafe\u{301} \u{1f680}"),
            Settle,
            Look("lines were added"),
            Keys("\x1b:split\r:set hlsearch\r/prices\r"),
            Settle,
            Look("two windows and a search"),
            Resize(60, 16),
            Settle,
            Look("smaller"),
            Resize(100, 30),
            Settle,
            Keys("ggdd3Gp:wincmd _\r"),
            Settle,
            Look("larger, and lines moved"),
            Keys(":qa!\r"),
        ],
    },
    Recorded {
        name: "less",
        size: (80, 24),
        needs: &["less"],
        prepare: TALE,
        command: &["less", "tale.txt"],
        steps: &[
            Wait("tale.txt"),
            Settle,
            Look("the first page"),
            Keys(" "),
            Settle,
            Look("the second page"),
            Keys("kkk"),
            Settle,
            Look("three lines back"),
            Keys("/naïve\r"),
            Settle,
            Look("found"),
            Resize(50, 12),
            Settle,
            Look("smaller"),
            Keys("G"),
            Settle,
            Look("the end"),
            Keys("q"),
        ],
    },
    Recorded {
        name: "top",
        size: (80, 16),
        needs: &["top", "unshare"],
        prepare: "",
        // Of its own processes only: nobody's else are a recording's business.
        command: &[
            "unshare",
            "--user",
            "--map-root-user",
            "--pid",
            "--fork",
            "--mount-proc",
            "sh",
            "-c",
            "sleep 1000 & cat < /dev/zero > /dev/null & exec top -d 1",
        ],
        steps: &[
            Wait("COMMAND"),
            Settle,
            Look("processes"),
            Keys("z"),
            Settle,
            Keys("c"),
            Settle,
            Look("in colour"),
            Resize(60, 12),
            Settle,
            Keys(" "),
            Settle,
            Look("smaller"),
            Keys("q"),
        ],
    },
    Recorded {
        name: "git-log",
        size: (80, 20),
        needs: &["git", "less"],
        prepare: r#"
export GIT_AUTHOR_NAME='Ada L.' GIT_AUTHOR_EMAIL=ada@example.org GIT_COMMITTER_NAME='Ada L.' GIT_COMMITTER_EMAIL=ada@example.org
day=1; commit() { export GIT_AUTHOR_DATE="2026-01-0$day 12:00:00 +0000" GIT_COMMITTER_DATE="2026-01-0$day 12:00:00 +0000"; day=$((day + 1)); git commit -q --allow-empty -m "$1"; }
git init -q -b main story; cd story
commit 'The first line'; git checkout -q -b side; commit 'An aside: 余談 🎈'; commit 'More of it'
git checkout -q main; commit 'The plot thickens'; git merge -q --no-edit side; git checkout -q -b third; commit 'Ångström, naïve café'
git checkout -q main; commit 'Das Ende'; git tag v1
"#,
        command: &["git", "-C", "story", "log", "--graph", "--all", "--decorate", "--color=always"],
        steps: &[
            Settle,
            Look("the graph"),
            Keys("jjjjj"),
            Settle,
            Look("five lines on"),
            Keys("G"),
            Settle,
            Look("the end"),
            Keys("q"),
        ],
    },
    Recorded {
        name: "cargo",
        size: (80, 24),
        needs: &["cargo"],
        prepare: r#"
for name in first second third; do
  mkdir -p $name/src; : > $name/src/lib.rs
  printf '[package]\nname = "%s"\nversion = "0.1.0"\nedition = "2024"\n' $name > $name/Cargo.toml
  echo 'fn main() { std::thread::sleep(std::time::Duration::from_millis(900)) }' > $name/build.rs
done
mkdir -p src; echo 'fn main() { let unused = "合計"; }' > src/main.rs
printf '[package]\nname = "sum"\nversion = "0.1.0"\nedition = "2024"\n[workspace]\n[dependencies]\nfirst = { path = "first" }\nsecond = { path = "second" }\nthird = { path = "third" }\n' > Cargo.toml
"#,
        command: &["cargo", "build", "--offline", "-j1"],
        steps: &[
            Wait("Building ["),
            Look("building"),
            Wait("third(build)"),
            Look("a bar"),
            Wait("Finished"),
            Look("built"),
        ],
    },
    Recorded {
        name: "npm",
        size: (80, 24),
        needs: &["npm"],
        prepare: r#"
mkdir dep; printf '{"name":"dep","version":"1.0.0","scripts":{"install":"sleep 2"}}' > dep/package.json
printf '{"name":"sum","version":"1.0.0","scripts":{"prepare":"echo 準備; sleep 1"},"dependencies":{"dep":"file:dep"}}' > package.json
"#,
        command: &["npm", "install", "--no-audit", "--no-fund"],
        steps: &[
            Wait("⠼"),
            Look("a spinner"),
            Wait("準備"),
            Look("a script runs"),
            Wait("added 1"),
            Look("installed"),
        ],
    },
    Recorded {
        name: "fzf",
        size: (80, 20),
        needs: &["fzf"],
        prepare: TALE,
        command: &["fzf", "--multi", "--preview", "head -3 tale.txt", "--bind", "start:reload(cat tale.txt)"],
        steps: &[
            Wait("60/60"),
            Settle,
            Look("all"),
            Keys("日本"),
            Settle,
            Look("narrowed"),
            Keys("\x1b[Z\x1b[Z\x1b[A"),
            Settle,
            Look("marked"),
            Resize(100, 12),
            Settle,
            Look("other size"),
            Keys("\r"),
        ],
    },
    Recorded {
        name: "fzf-inline",
        size: (60, 20),
        needs: &["fzf"],
        prepare: TALE,
        command: &[
            "bash",
            "--norc",
            "--noprofile",
            "-c",
            "seq 3; fzf --height=8 --reverse < tale.txt; echo done",
        ],
        steps: &[
            Wait("60/60"),
            Settle,
            Look("below what was there"),
            Keys("emoji\x1b[B"),
            Settle,
            Look("narrowed"),
            Keys("\r"),
            Wait("done"),
            Look("gone"),
        ],
    },
    Recorded {
        name: "python",
        size: (72, 16),
        needs: &["python3"],
        prepare: "",
        command: &["python3", "-q"],
        steps: &[
            Wait(">>>"),
            Keys("for i in range(3):\r  print(i, '日本' * i)\r\r"),
            Settle,
            Keys("'é' + chr(0x1f389)\r1/0\r"),
            Settle,
            Look("a loop and an error"),
            Keys("print('x' * 100)\r"),
            Keys("'typed and then \x1b[D\x1b[D\x1b[Dedited' + \x17\x7f\x7f\x7f"),
            Settle,
            Look("an edited line"),
            Keys("\x1b[A\x1b[A\x12loop"),
            Settle,
            Look("looking for a line"),
            Keys("\x03\x04"),
        ],
    },
    Recorded {
        name: "node",
        size: (80, 20),
        needs: &["node"],
        prepare: "",
        command: &["node"],
        steps: &[
            Wait(">"),
            Keys("[1, 'zwei', { drei: '三' }].map("),
            Settle,
            Look("half a line"),
            Keys("x => x)\r"),
            Keys("Math.PI\r"),
            Keys("const sum = (a, b) => {\rreturn a + b\r}\r"),
            Keys("sum(1, 2"),
            Settle,
            Look("with a preview"),
            Keys(")\r.help\r"),
            Settle,
            Look("help"),
            Keys("\x04"),
        ],
    },
    Recorded {
        name: "ssh-keygen",
        size: (80, 28),
        needs: &["ssh-keygen"],
        prepare: "",
        command: &["ssh-keygen", "-t", "ed25519", "-f", "key", "-C", "ada@example.org"],
        steps: &[
            Wait("passphrase"),
            Settle,
            Keys("open sesame\r"),
            Wait("again"),
            Settle,
            Look("asked twice"),
            Keys("open sesame\r"),
            Wait("SHA256]"),
            Look("a key"),
        ],
    },
    Recorded {
        name: "read-s",
        size: (60, 10),
        needs: &["bash"],
        prepare: "",
        command: SHELL,
        steps: &[
            Wait("$"),
            Keys("read -s -p 'Password: ' word\r"),
            Wait("Password: "),
            Settle,
            Keys("swordfish"),
            Settle,
            Look("nothing of what is typed"),
            Keys("\recho \"${#word} letters\"\r"),
            Wait("9 letters"),
            Look("read"),
        ],
    },
    Recorded {
        name: "bash",
        size: (40, 10),
        needs: &["bash", "seq"],
        prepare: "",
        command: SHELL,
        steps: &[
            Wait("$"),
            Keys("echo a line that is longer than the terminal is wide, so that it wraps\r"),
            Settle,
            Look("wrapped"),
            Keys("seq 5; echo 日本語日本語日本語日本語日本語日本語\r"),
            Settle,
            Look("wide and wrapped"),
            Resize(60, 10),
            Settle,
            Look("wider"),
            Resize(24, 10),
            Settle,
            Look("narrower"),
            Resize(24, 6),
            Settle,
            Look("lower"),
            Resize(60, 14),
            Settle,
            Look("larger again"),
            Keys("clear\r"),
            Settle,
            Keys(
                "echo a command that is edited across two rows of the screen\x01\x1b[C\x1b[C\x1b[C\x1b[C\x1b[C\x0b\x19\x1b[D\x7f\x7f",
            ),
            Settle,
            Look("a long command, edited"),
        ],
    },
    Recorded {
        name: "characters",
        size: (40, 20),
        needs: &["bash"],
        prepare: r"
{
  printf 'wide 日本語 한국어 ＡＢＣ\033[32G|\n'
  printf 'combining e\314\201 a\314\212 n\314\203 o\314\210\314\243\033[32G|\n'
  printf 'emoji 🎉 🚀 🐛\033[32G|\n'
  printf 'thai สวัสดี hindi नमस्ते\033[32G|\n'
  printf 'arabic مرحبا hebrew שלום\033[32G|\n'
  printf 'no width a\342\200\213b\342\201\240c\033[32G|\n'
  printf 'soft hy\302\255phen\033[32G|\n'
  printf '1234567890123456789012345678901234567 日本|\n'
  printf '12345678901234567890123456789012345678日|\n'
  printf '123456789012345678901234567890123456789日|\n'
  printf '123456789012345678901234567890123456789é\n'
  printf 'over日本\b\b\bX|\r\n'
  printf 'half 日\033[2Dx|\n'
  printf 'tab\tstop\t|\n'
} > characters.txt
",
        command: &["bash", "--norc", "--noprofile", "-c", "cat characters.txt; read -s -n 1"],
        steps: &[Settle, Look("each in its cells"), Keys("q")],
    },
    Recorded {
        name: "emoji",
        size: (40, 12),
        needs: &["bash"],
        prepare: r"
{
  printf 'with a selector ❤️ ☺️ ✔️\033[32G|\n'
  printf 'without one ❤ ☺ ✔\033[32G|\n'
  printf 'joined 👩‍💻 👨‍👩‍👧\033[32G|\n'
  printf 'flags 🇩🇪 🇯🇵\033[32G|\n'
  printf 'skin 👍🏽 👋🏿\033[32G|\n'
  printf 'keycap 1️⃣ #️⃣\033[32G|\n'
} > emoji.txt
",
        command: &["bash", "--norc", "--noprofile", "-c", "cat emoji.txt; read -s -n 1"],
        steps: &[Settle, Look("each in its cells"), Keys("q")],
    },
    Recorded {
        name: "whiptail",
        size: (60, 20),
        needs: &["whiptail"],
        prepare: "",
        command: &[
            "whiptail",
            "--title",
            "Lunch",
            "--menu",
            "What will it be?",
            "14",
            "40",
            "4",
            "a",
            "apple",
            "b",
            "banana",
            "c",
            "寿司",
        ],
        steps: &[
            Wait("banana"),
            Settle,
            Look("a menu"),
            Keys("\x1b[B\t"),
            Settle,
            Look("chosen"),
            Keys("\r"),
        ],
    },
    Recorded {
        name: "sequences",
        size: (20, 4),
        needs: &["bash"],
        // One line for each look: sequences that programs print because terminfo or a library says so.
        prepare: r"
cat > lines.txt <<'END'
\033(0lqk\033(B
ab\033[sXX\033[uc
a\033Db\033Ec
abcdefghij\033[Zx
abc\r\033[4hX\033[4l
\033[?7l1234567890123456789012345\033[?7h
\033[3g   \033H\rx\ty
\033#8\033[2;1H\033[J
x\033[3b
\033[2;3r\033[?6h\033[Hx\033[2;1Hy\nz\033[?6l\033[r
a\r\nb\033[S\033[2T
\033]8;;http://example.org\033\\link\033]8;;\033\\ text
a\033P+q544e\033\\\033_Gi=1;AAAA\033\\b
END
",
        command: &[
            "bash",
            "--norc",
            "--noprofile",
            "-c",
            "exec 3< lines.txt; while IFS= read -r line <&3; do printf \"\\033c$line\"; read -rsn 1; done",
        ],
        steps: &[
            Settle,
            Look("line drawing"),
            Keys(" "),
            Settle,
            Look("a saved cursor"),
            Keys(" "),
            Settle,
            Look("index and next line"),
            Keys(" "),
            Settle,
            Look("a tab back"),
            Keys(" "),
            Settle,
            Look("insert mode"),
            Keys(" "),
            Settle,
            Look("no wrapping"),
            Keys(" "),
            Settle,
            Look("own tab stops"),
            Keys(" "),
            Settle,
            Look("the alignment test"),
            Keys(" "),
            Settle,
            Look("a repeated letter"),
            Keys(" "),
            Settle,
            Look("a region with its own origin"),
            Keys(" "),
            Settle,
            Look("scrolled up and down"),
            Keys(" "),
            Settle,
            Look("a link"),
            Keys(" "),
            Settle,
            Look("what is not for the screen"),
            Keys(" "),
        ],
    },
    Recorded {
        name: "whiptail-c",
        size: (60, 16),
        needs: &["whiptail"],
        prepare: "",
        // Without a UTF-8 locale, as on many servers: frames come from the terminal's line drawing characters.
        command: &["env", "LC_ALL=C", "whiptail", "--title", "Lunch", "--yesno", "Is it time?", "8", "40"],
        steps: &[Wait("No"), Settle, Look("a question"), Keys("\t\r")],
    },
    Recorded {
        name: "agent",
        size: (80, 24),
        needs: &["node"],
        prepare: "cp \"$PROGRAMS/agent.mjs\" .",
        command: &["node", "agent.mjs"],
        steps: &[
            Wait("ask me"),
            Settle,
            Look("begun"),
            Keys("lllll"),
            Settle,
            Keys("s"),
            Settle,
            Look("it thinks"),
            Keys("llllllllllllll"),
            Settle,
            Look("scrolled within its region"),
            Keys("b"),
            Settle,
            Keys("e"),
            Settle,
            Look("scrolled back and edited"),
            Keys("\x1b[200~one\rtwo\rthree\x1b[201~"),
            Settle,
            Look("pasted"),
            Resize(56, 18),
            Settle,
            Look("smaller"),
            Keys("lls"),
            Settle,
            Resize(90, 26),
            Settle,
            Look("larger"),
        ],
    },
    Recorded {
        name: "agent-left",
        size: (60, 16),
        needs: &["node", "bash"],
        prepare: "cp \"$PROGRAMS/agent.mjs\" .",
        command: SHELL,
        steps: &[
            Wait("$"),
            Keys("node agent.mjs\r"),
            Wait("ask me"),
            Settle,
            Keys("llls"),
            Settle,
            Keys("q"),
            Wait("Resume"),
            Settle,
            Keys("echo back\r"),
            Settle,
            Look("the shell is as it was"),
        ],
    },
];
