/*
 * tcp_server.h - a server on 127.0.0.1 that does what a test's script says,
 * good or bad: one thread a connection.
 *
 * Faults of the machine (no port, no thread) end the test program.
 */
#ifndef TESTS_SUPPORT_TCP_SERVER_H
#define TESTS_SUPPORT_TCP_SERVER_H

#include <stdbool.h>
#include <stddef.h>

struct tcp_server;

/* One connection; the script's thread only. */
struct tcp_peer {
    struct tcp_server *server;
    int fd;
    int number;         /* of the connection: 1, 2 ... */
    size_t size;        /* of request */
    char request[8192]; /* the last one, with a NUL at its end */
};

/* Serves one connection; it is closed when this returns. */
typedef void tcp_script(struct tcp_peer *peer, void *context);

/* Listens on a free port. Free with tcp_server_close. */
struct tcp_server *tcp_server_new(tcp_script *script, void *context);

/* Cuts all connections, waits for the scripts to return, frees. */
void tcp_server_close(struct tcp_server *s);

int tcp_server_port(const struct tcp_server *s);
/* Connections and requests so far. Any thread. */
int tcp_server_connections(struct tcp_server *s);
int tcp_server_requests(struct tcp_server *s);

/* For scripts: */

/* Waits for a whole request. false: the client, or the test, has gone. */
bool tcp_peer_request(struct tcp_peer *p);

/* The request's path begins so. */
bool tcp_peer_asks(const struct tcp_peer *p, const char *path);

/* false: the client, or the test, has gone. */
bool tcp_peer_send(struct tcp_peer *p, const void *data, size_t size);
bool tcp_peer_text(struct tcp_peer *p, const char *text);
/* A whole reply with its Content-Length, to HEAD without its body. headers:
 * "Name: value\r\n" lines. */
bool tcp_peer_reply(struct tcp_peer *p, const char *status, const char *headers,
                    const char *body);

/* Waits until the client, or the test, has gone. */
void tcp_peer_wait(struct tcp_peer *p);

/* Makes closing send a reset instead of an end. */
void tcp_peer_reset(struct tcp_peer *p);

#endif
