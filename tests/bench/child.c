/* The program that every driver drives. It times itself, so that all drivers are measured alike, and reports one
 * line to a FIFO; then it reads until its terminal is closed.
 *
 *   child trips COUNT REPORT [GO]   prints "PROMPT n> " and reads a line, COUNT times: seconds from first to last
 *   child flood FILE TIMES REPORT   prints FILE TIMES times, then "FLOOD-END 1> ", and reads a line: seconds
 *   child query FILE TIMES REPORT   the same, but asks the terminal for its cursor instead of a reply
 *
 * With GO, a FIFO, `trips` reports "ready" first and begins when somebody opens GO for writing. */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void put(const char *bytes, size_t count) {
    while (count > 0) {
        ssize_t written = write(STDOUT_FILENO, bytes, count);
        if (written < 0) fail("write");
        bytes += written;
        count -= (size_t)written;
    }
}

static void read_until(char last) {
    char byte;
    do {
        if (read(STDIN_FILENO, &byte, 1) != 1) exit(1);
    } while (byte != last);
}

static void report(const char *fifo, const char *line) {
    int fd = open(fifo, O_WRONLY);
    if (fd < 0) fail(fifo);
    if (write(fd, line, strlen(line)) < 0) fail(fifo);
    close(fd);
}

static double trips(int count) {
    double begin = now();
    for (int n = 0; n < count; n++) {
        char prompt[32];
        put(prompt, (size_t)snprintf(prompt, sizeof prompt, "PROMPT %d> ", n));
        read_until('\n');
    }
    return now() - begin;
}

static double flood(const char *file, int times, int query) {
    struct stat known;
    int fd = open(file, O_RDONLY);
    if (fd < 0 || fstat(fd, &known) < 0) fail(file);
    size_t size = (size_t)known.st_size;
    char *bytes = malloc(size ? size : 1);
    if (!bytes || read(fd, bytes, size) != (ssize_t)size) fail(file);
    close(fd);
    if (query) {
        struct termios modes;
        tcgetattr(STDIN_FILENO, &modes);
        cfmakeraw(&modes);
        modes.c_oflag |= OPOST | ONLCR;
        tcsetattr(STDIN_FILENO, TCSANOW, &modes);
    }
    double begin = now();
    while (times-- > 0) put(bytes, size);
    if (query) {
        put("\033[6n", 4);
        read_until('R');
    } else {
        put("FLOOD-END 1> ", 13);
        read_until('\n');
    }
    return now() - begin;
}

int main(int argc, char **argv) {
    double seconds;
    const char *fifo;
    if (argc >= 4 && strcmp(argv[1], "trips") == 0) {
        fifo = argv[3];
        if (argc > 4) {
            report(fifo, "ready\n");
            if (open(argv[4], O_RDONLY) < 0) fail(argv[4]);
        }
        seconds = trips(atoi(argv[2]));
    } else if (argc == 5) {
        fifo = argv[4];
        seconds = flood(argv[2], atoi(argv[3]), strcmp(argv[1], "query") == 0);
    } else {
        return 2;
    }
    char line[64];
    snprintf(line, sizeof line, "%.9f\n", seconds);
    report(fifo, line);
    char byte;
    while (read(STDIN_FILENO, &byte, 1) > 0) {}
    return 0;
}
