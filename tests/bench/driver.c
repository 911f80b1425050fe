/* The least that can drive a terminal: what AI Orchestrator is compared with.
 *
 *   driver COUNT PREFIX PROGRAM [ARGUMENT…]   replies COUNT times to "PREFIX digits> ", then reads until killed
 *   driver cpu PID                            prints the nanoseconds that a process has computed so far */

#define _GNU_SOURCE
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static char buffer[1 << 17];
static size_t held;

/* Whether a prompt is in what was read; what can't be part of one any more is dropped. */
static int take_prompt(const char *prefix) {
    size_t length = strlen(prefix);
    char *found = memmem(buffer, held, prefix, length);
    size_t keep_from = held < length ? 0 : held - length + 1;
    int whole = 0;
    if (found) {
        char *end = buffer + held, *at = found + length;
        while (at < end && *at >= '0' && *at <= '9') at++;
        whole = end - at >= 2 && at[0] == '>' && at[1] == ' ';
        keep_from = (size_t)((whole ? at + 2 : found) - buffer);
    }
    held -= keep_from;
    memmove(buffer, buffer + keep_from, held);
    return whole;
}

static int cpu(pid_t pid) {
    clockid_t clock;
    struct timespec time;
    if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &time) != 0) return 1;
    printf("%lld\n", (long long)time.tv_sec * 1000000000LL + time.tv_nsec);
    return 0;
}

int main(int argc, char **argv) {
    if (argc == 3 && strcmp(argv[1], "cpu") == 0) return cpu((pid_t)atoi(argv[2]));
    if (argc < 4) return 2;
    int count = atoi(argv[1]), fd;
    struct winsize size = {.ws_row = 24, .ws_col = 80};
    switch (forkpty(&fd, NULL, NULL, &size)) {
    case -1:
        perror("forkpty");
        return 1;
    case 0:
        execv(argv[3], argv + 3);
        perror(argv[3]);
        _exit(127);
    }
    for (;;) {
        ssize_t got = read(fd, buffer + held, sizeof buffer - held);
        if (got <= 0) return 0;
        held += (size_t)got;
        while (take_prompt(argv[2])) {
            if (count-- > 0 && write(fd, "x\r", 2) != 2) return 1;
        }
    }
}
