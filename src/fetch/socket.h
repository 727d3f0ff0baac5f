/*
 * socket.h - libcurl's sockets and its timer on libuv handles.
 *
 * A socket stays registered with the kernel while libcurl does not need it, in
 * between two transfers: that saves two system calls a transfer. Only when it
 * becomes readable then (the server closes it) is it taken out.
 *
 * Thread: the loop's only. No handle here keeps the loop alive.
 */
#ifndef GN_FETCH_SOCKET_H
#define GN_FETCH_SOCKET_H

#include <curl/curl.h>
#include <stddef.h>
#include <uv.h>

struct gn_socket;

struct gn_sockets {
    /* constant */
    uv_loop_t *loop;
    CURLM *multi;
    void (*moved)(void *context); /* transfers may have ended */
    void (*closed)(void *context);
    void *context;

    uv_timer_t timer;         /* libcurl's one */
    struct gn_socket **by_fd; /* room of them; NULL: not known */
    size_t room;
    size_t handles; /* uv handles not closed yet */
};

/* Drives multi by loop (both borrowed until closed is called): moved is called
 * whenever libcurl has worked, and may close. */
void gn_sockets_init(struct gn_sockets *s, uv_loop_t *loop, CURLM *multi,
                     void (*moved)(void *context), void *context);

/* Makes a socket for libcurl to connect; -1: errno says why not. */
curl_socket_t gn_sockets_open(struct gn_sockets *s,
                              const struct curl_sockaddr *address);

/* CURLOPT_CLOSESOCKETFUNCTION, with the sockets as its data. */
int gn_sockets_shut(void *sockets, curl_socket_t fd);

/* After curl_multi_cleanup. Calls closed when the loop has closed everything;
 * until then s must stay. */
void gn_sockets_close(struct gn_sockets *s, void (*closed)(void *context));

#endif
