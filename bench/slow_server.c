/*
 * slow_server.c - answers every HTTP request with a small JSON document, after
 * a wait: many slow replies at once, at no cost worth measuring.
 *
 *   slow_server WAIT-MS
 *
 * Listens on a free port of 127.0.0.1, which it prints as its only line on
 * stdout, and works until it is killed.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "plan.h"

enum { EVENTS = 256, FDS = 1 << 16, BACKLOG = 4096 };

static const char reply[] = "HTTP/1.1 200 OK\r\n"
                            "Content-Type: application/json\r\n"
                            "Content-Length: 15\r\n"
                            "\r\n"
                            "{\"slow\": true}\n";

/* Requests in the order in which they came, which is the order in which their
 * replies are due. */
struct waiting {
    int fd;
    int64_t due_ns;
};

struct server {
    int epoll, listener;
    int64_t wait_ns;
    size_t head, count;
    struct waiting line[FDS];   /* a ring */
    unsigned char matched[FDS]; /* how much of CRLFCRLF each socket has seen */
};

static void watch(struct server *s, int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};

    if (epoll_ctl(s->epoll, EPOLL_CTL_ADD, fd, &event) != 0)
        die("epoll_ctl", strerrordesc_np(errno));
}

static void listen_anywhere(struct server *s)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    s->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    s->epoll = epoll_create1(0);
    if (s->listener < 0 || s->epoll < 0 ||
        bind(s->listener, (struct sockaddr *)&address, size) != 0 ||
        listen(s->listener, BACKLOG) != 0 ||
        getsockname(s->listener, (struct sockaddr *)&address, &size) != 0)
        die("listen", strerrordesc_np(errno));
    watch(s, s->listener);
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
}

static void welcome(struct server *s)
{
    int fd;

    while ((fd = accept4(s->listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        if (fd >= FDS)
            die("accept", "too many connections");
        s->matched[fd] = 0;
        watch(s, fd);
    }
    if (errno != EAGAIN && errno != ECONNABORTED)
        die("accept", strerrordesc_np(errno));
}

/* Looks for the empty line at the end of a request; no request has a body. */
static void scan(struct server *s, int fd, const char *text, size_t size)
{
    static const char end[] = "\r\n\r\n";

    for (size_t i = 0; i < size; i++) {
        s->matched[fd] =
            (unsigned char)(text[i] == end[s->matched[fd]] ? s->matched[fd] + 1
                                                           : text[i] == '\r');
        if (s->matched[fd] == sizeof end - 1) {
            s->matched[fd] = 0;
            if (s->count == FDS)
                die("requests", "too many at once");
            s->line[(s->head + s->count++) % FDS] =
                (struct waiting){fd, gn_clock_monotonic_ns() + s->wait_ns};
        }
    }
}

/* A closed socket's number may come back while its old request waits: the
 * number is taken out of the line first. */
static void leave(struct server *s, int fd)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->line[(s->head + i) % FDS].fd == fd)
            s->line[(s->head + i) % FDS].fd = -1;
    close(fd);
}

static void hear(struct server *s, int fd)
{
    char text[4096];
    ssize_t n = read(fd, text, sizeof text);

    if (n > 0)
        scan(s, fd, text, (size_t)n);
    else if (n == 0 || errno != EAGAIN)
        leave(s, fd);
}

/* Sends what is due; milliseconds until the next, -1: nothing waits. */
static int answer(struct server *s)
{
    int64_t now = gn_clock_monotonic_ns();

    while (s->count > 0 && s->line[s->head].due_ns <= now) {
        int fd = s->line[s->head].fd;

        s->head = (s->head + 1) % FDS;
        s->count--;
        if (fd >= 0 && send(fd, reply, sizeof reply - 1, MSG_NOSIGNAL) < 0)
            leave(s, fd);
    }
    return s->count == 0 ? -1
                         : (int)((s->line[s->head].due_ns - now) / 1000000 + 1);
}

int main(int argc, char **argv)
{
    static struct server s;
    struct epoll_event events[EVENTS];

    if (argc != 2)
        die("usage", "slow_server WAIT-MS");
    s.wait_ns = (int64_t)strtol(argv[1], NULL, 10) * 1000000;
    listen_anywhere(&s);
    for (;;) {
        int n = epoll_wait(s.epoll, events, EVENTS, answer(&s));

        if (n < 0 && errno != EINTR)
            die("epoll_wait", strerrordesc_np(errno));
        for (int i = 0; i < n; i++) {
            if (events[i].data.fd == s.listener)
                welcome(&s);
            else
                hear(&s, events[i].data.fd);
        }
    }
}
