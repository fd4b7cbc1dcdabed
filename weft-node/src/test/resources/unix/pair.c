/*
 * A pair of AF_UNIX sockets, a and b, that does what the lines on stdin say and answers each with a line: what a program
 * would observe. UnixOracleTest compiles and runs it.
 *
 *   open seqpacket|dgram|stream
 *   send TEXT          at a; the text may be empty
 *   reply TEXT         at b
 *   fill BYTES         at a; a message of so many bytes
 *   receive a|b BYTES  with room for so many
 *   finish             at a: shutdown of sending
 *   close a|b
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define SHOWN_MAX 32
#define LIFE_SECONDS 30

static int ends[2] = {-1, -1};

static void say_error(void) {
    switch (errno) {
    case EAGAIN: puts("nothing"); break;
    case EPIPE: puts("error: EPIPE"); break;
    case EMSGSIZE: puts("error: EMSGSIZE"); break;
    case EBADF: puts("error: EBADF"); break;
    case ECONNRESET: puts("error: ECONNRESET"); break;
    case ECONNREFUSED: puts("error: ECONNREFUSED"); break;
    default: printf("error: %s\n", strerror(errno));
    }
}

static int end_of(const char *name) { return ends[name[0] == 'a' ? 0 : 1]; }

static void open_pair(const char *kind) {
    int type = strcmp(kind, "seqpacket") == 0 ? SOCK_SEQPACKET : strcmp(kind, "dgram") == 0 ? SOCK_DGRAM : SOCK_STREAM;
    if (socketpair(AF_UNIX, type, 0, ends) != 0) {
        say_error();
        return;
    }
    struct timeval patience = {.tv_sec = 0, .tv_usec = 300000};
    int room = 64 * 1024;
    for (int i = 0; i < 2; i++) {
        setsockopt(ends[i], SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        setsockopt(ends[i], SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
        setsockopt(ends[i], SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    }
    puts("open");
}

static void send_bytes(int from, const char *bytes, size_t count) {
    ssize_t sent = send(from, bytes, count, MSG_NOSIGNAL);
    if (sent < 0) {
        say_error();
    } else {
        puts((size_t) sent == count ? "sent" : "sent in part");
    }
}

static void fill(size_t count) {
    char *bytes = malloc(count);
    if (bytes == NULL) {
        exit(2);
    }
    memset(bytes, 'x', count);
    send_bytes(ends[0], bytes, count);
    free(bytes);
}

static void receive(const char *end, size_t room) {
    char *bytes = malloc(room);
    if (bytes == NULL) {
        exit(2);
    }
    struct iovec into = {.iov_base = bytes, .iov_len = room};
    struct msghdr message = {.msg_iov = &into, .msg_iovlen = 1};
    ssize_t got = recvmsg(end_of(end), &message, 0);
    if (got < 0) {
        say_error();
    } else if (got == 0) {
        /* Nothing tells an empty message from the end. */
        puts("zero");
    } else if (got > SHOWN_MAX) {
        printf("%zd bytes%s\n", got, (message.msg_flags & MSG_TRUNC) ? ", cut off" : "");
    } else {
        printf("'%.*s'%s\n", (int) got, bytes, (message.msg_flags & MSG_TRUNC) ? ", cut off" : "");
    }
    free(bytes);
}

int main(void) {
    char line[256];
    alarm(LIFE_SECONDS);
    signal(SIGPIPE, SIG_IGN);
    setvbuf(stdout, NULL, _IOLBF, 0);
    while (fgets(line, sizeof line, stdin) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, "open ", 5) == 0) {
            open_pair(line + 5);
        } else if (strncmp(line, "send ", 5) == 0) {
            send_bytes(ends[0], line + 5, strlen(line + 5));
        } else if (strncmp(line, "reply ", 6) == 0) {
            send_bytes(ends[1], line + 6, strlen(line + 6));
        } else if (strncmp(line, "fill ", 5) == 0) {
            fill(strtoul(line + 5, NULL, 10));
        } else if (strncmp(line, "receive ", 8) == 0) {
            receive(line + 8, strtoul(line + 10, NULL, 10));
        } else if (strcmp(line, "finish") == 0) {
            puts(shutdown(ends[0], SHUT_WR) == 0 ? "finished" : "error");
        } else if (strncmp(line, "close ", 6) == 0) {
            puts(close(end_of(line + 6)) == 0 ? "closed" : "error");
        } else {
            puts("what?");
        }
    }
    return 0;
}
