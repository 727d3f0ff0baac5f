#include "support/tcp_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct connection {
    struct tcp_peer peer;
    pthread_t thread;
    struct connection *next;
};

struct tcp_server {
    /* constant */
    tcp_script *script;
    void *context;
    int fd;
    int port;
    pthread_t thread;

    pthread_mutex_t lock;
    /* guarded by lock */
    struct connection *connections;
    int count;
    int requests;
    bool closing;
};

static void need(bool ok, const char *what)
{
    if (!ok) {
        perror(what);
        abort();
    }
}

static void *serve(void *arg)
{
    struct connection *c = arg;
    struct tcp_server *s = c->peer.server;

    s->script(&c->peer, s->context);
    pthread_mutex_lock(&s->lock);
    close(c->peer.fd);
    c->peer.fd = -1;
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

static void *listen_on(void *arg)
{
    struct tcp_server *s = arg;
    const int on = 1;
    int fd;

    while ((fd = accept(s->fd, NULL, NULL)) >= 0) {
        struct connection *c = calloc(1, sizeof *c);

        need(c != NULL, "calloc");
        pthread_mutex_lock(&s->lock);
        /* Else a reply in two pieces waits for the client's late ACK. */
        need(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0,
             "nodelay");
        c->peer.server = s;
        c->peer.fd = fd;
        c->peer.number = ++s->count;
        c->next = s->connections;
        s->connections = c;
        if (s->closing)
            shutdown(fd, SHUT_RDWR);
        need(pthread_create(&c->thread, NULL, serve, c) == 0, "thread");
        pthread_mutex_unlock(&s->lock);
    }
    return NULL;
}

struct tcp_server *tcp_server_new(tcp_script *script, void *context)
{
    struct tcp_server *s = calloc(1, sizeof *s);
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;

    need(s != NULL, "calloc");
    s->script = script;
    s->context = context;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    s->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    need(s->fd >= 0, "socket");
    need(bind(s->fd, (struct sockaddr *)&address, size) == 0, "bind");
    need(listen(s->fd, 1024) == 0, "listen");
    need(getsockname(s->fd, (struct sockaddr *)&address, &size) == 0, "port");
    s->port = ntohs(address.sin_port);
    need(pthread_mutex_init(&s->lock, NULL) == 0, "mutex");
    need(pthread_create(&s->thread, NULL, listen_on, s) == 0, "thread");
    return s;
}

void tcp_server_close(struct tcp_server *s)
{
    struct connection *next;

    pthread_mutex_lock(&s->lock);
    s->closing = true;
    for (struct connection *c = s->connections; c != NULL; c = c->next)
        if (c->peer.fd >= 0)
            shutdown(c->peer.fd, SHUT_RDWR);
    pthread_mutex_unlock(&s->lock);
    shutdown(s->fd, SHUT_RDWR);
    pthread_join(s->thread, NULL);
    for (struct connection *c = s->connections; c != NULL; c = next) {
        next = c->next;
        pthread_join(c->thread, NULL);
        free(c);
    }
    close(s->fd);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

int tcp_server_port(const struct tcp_server *s)
{
    return s->port;
}

int tcp_server_connections(struct tcp_server *s)
{
    int count;

    pthread_mutex_lock(&s->lock);
    count = s->count;
    pthread_mutex_unlock(&s->lock);
    return count;
}

int tcp_server_requests(struct tcp_server *s)
{
    int requests;

    pthread_mutex_lock(&s->lock);
    requests = s->requests;
    pthread_mutex_unlock(&s->lock);
    return requests;
}

/* Where a whole request ends; NULL: not all is there yet. */
static const char *request_end(const struct tcp_peer *p)
{
    const char *length = strstr(p->request, "\r\nContent-Length: ");
    const char *end = strstr(p->request, "\r\n\r\n");
    size_t body = length != NULL ? strtoul(length + 18, NULL, 10) : 0;

    if (end == NULL || p->size - (size_t)(end + 4 - p->request) < body)
        return NULL;
    return end + 4 + body;
}

bool tcp_peer_request(struct tcp_peer *p)
{
    p->size = 0;
    p->request[0] = '\0';
    do {
        ssize_t n = recv(p->fd, p->request + p->size,
                         sizeof p->request - 1 - p->size, 0);

        if (n <= 0)
            return false;
        p->size += (size_t)n;
        p->request[p->size] = '\0';
    } while (request_end(p) == NULL);
    pthread_mutex_lock(&p->server->lock);
    p->server->requests++;
    pthread_mutex_unlock(&p->server->lock);
    return true;
}

bool tcp_peer_asks(const struct tcp_peer *p, const char *path)
{
    const char *space = strchr(p->request, ' ');

    return space != NULL && strncmp(space + 1, path, strlen(path)) == 0;
}

bool tcp_peer_send(struct tcp_peer *p, const void *data, size_t size)
{
    const char *at = data;

    while (size > 0) {
        ssize_t n = send(p->fd, at, size, MSG_NOSIGNAL);

        if (n <= 0)
            return false;
        at += n;
        size -= (size_t)n;
    }
    return true;
}

bool tcp_peer_text(struct tcp_peer *p, const char *text)
{
    return tcp_peer_send(p, text, strlen(text));
}

bool tcp_peer_reply(struct tcp_peer *p, const char *status, const char *headers,
                    const char *body)
{
    char head[1024];
    int n = snprintf(head, sizeof head,
                     "HTTP/1.1 %s\r\nContent-Length: %zu\r\n%s\r\n", status,
                     strlen(body), headers);

    need(n > 0 && (size_t)n < sizeof head, "reply's head");
    return tcp_peer_text(p, head) &&
           (strncmp(p->request, "HEAD ", 5) == 0 || tcp_peer_text(p, body));
}

void tcp_peer_wait(struct tcp_peer *p)
{
    char skipped[4096];

    while (recv(p->fd, skipped, sizeof skipped, 0) > 0)
        ;
}

void tcp_peer_reset(struct tcp_peer *p)
{
    struct linger now = {.l_onoff = 1, .l_linger = 0};

    need(setsockopt(p->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now) == 0,
         "linger");
}
