/* fixture_test.h - a loop, a fetcher and a scripted server for this room's
 * tests, and what a callback was given. */
#ifndef GN_FETCH_FIXTURE_TEST_H
#define GN_FETCH_FIXTURE_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "fetch/fetcher.h"
#include "support/tcp_server.h"

struct fixture {
    uv_loop_t loop;
    struct gn_fetcher *f;
    struct tcp_server *server;
};

struct result {
    int calls;
    enum gn_failure failure;
    char error[240];
    int status;
    char final_url[256];
    char base_url[256];
    char headers[1024];
    char type[64];
    char body[4096]; /* as far as there is room */
    size_t size;     /* of the whole body */
    unsigned char sha256[32];
    int64_t wire_bytes;
    int64_t duration_us;
    int64_t first_byte_us;
    int redirects;
    int requests;
    int http_version;
    void (*then)(struct result *r); /* called by the callback; may be NULL */
    struct fixture *fx;             /* for then */
    struct gn_target *target;       /* for then */
};

/* Sets a variable of the environment; value NULL takes it out. */
static inline void set(const char *name, const char *value)
{
    /* NOLINTBEGIN(concurrency-mt-unsafe): one thread reads it, this one */
    if (value != NULL)
        setenv(name, value, 1);
    else
        unsetenv(name);
    /* NOLINTEND(concurrency-mt-unsafe) */
}

static inline void without_proxies(void)
{
    static const char *const names[] = {
        "http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy",
        "ALL_PROXY",  "no_proxy",    "NO_PROXY"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        set(names[i], NULL);
}

static inline void begin_with(struct fixture *fx, tcp_script *script,
                              void *context,
                              const struct gn_fetcher_options *options)
{
    memset(fx, 0, sizeof *fx);
    fx->server = tcp_server_new(script, context);
    assert_int_equal(uv_loop_init(&fx->loop), 0);
    assert_int_equal(gn_fetcher_new(&fx->loop, options, &fx->f, NULL),
                     GARNER_OK);
}

static inline void begin(struct fixture *fx, tcp_script *script, void *context)
{
    begin_with(fx, script, context, &(struct gn_fetcher_options){0});
}

/* Runs the loop until everything is closed. */
static inline void finish(struct fixture *fx)
{
    gn_fetcher_close(fx->f);
    assert_int_equal(uv_run(&fx->loop, UV_RUN_DEFAULT), 0);
    assert_int_equal(uv_loop_close(&fx->loop), 0);
    tcp_server_close(fx->server);
}

static inline void on_fetched(void *context, struct gn_response *response)
{
    struct result *r = context;

    r->calls++;
    r->failure = response->failure;
    r->status = response->status;
    r->size = response->body->size;
    r->wire_bytes = response->wire_bytes;
    r->duration_us = response->duration_us;
    r->first_byte_us = response->first_byte_us;
    r->redirects = response->redirects;
    r->requests = response->requests;
    r->http_version = response->http_version;
    memcpy(r->sha256, response->sha256, sizeof r->sha256);
    snprintf(r->error, sizeof r->error, "%s", response->error);
    snprintf(r->final_url, sizeof r->final_url, "%s", response->final_url);
    snprintf(r->base_url, sizeof r->base_url, "%s",
             response->base_url != NULL ? response->base_url : "none");
    snprintf(r->type, sizeof r->type, "%s",
             response->content_type != NULL ? response->content_type : "none");
    snprintf(r->headers, sizeof r->headers, "%s",
             gn_buf_cstr(response->headers));
    snprintf(r->body, sizeof r->body, "%s", gn_buf_cstr(response->body));
    if (r->then != NULL)
        r->then(r);
}

/* A target on the fixture's server; free with gn_target_free. request may be
 * NULL, and its URL is not looked at. */
static inline struct gn_target *target_at(struct fixture *fx, const char *path,
                                          const struct gn_request *request)
{
    struct gn_request r = request != NULL ? *request : (struct gn_request){0};
    struct gn_target *t;
    char url[256];

    snprintf(url, sizeof url, "http://127.0.0.1:%d%s",
             tcp_server_port(fx->server), path);
    r.url = url;
    assert_int_equal(gn_target_new(&r, &t, NULL), GARNER_OK);
    return t;
}

static inline void start(struct fixture *fx, struct gn_target *t,
                         struct result *r, struct gn_transfer **transfer)
{
    assert_int_equal(gn_fetcher_start(fx->f, t, on_fetched, r, transfer, NULL),
                     GARNER_OK);
}

/* Fetches target once and frees it. */
static inline struct result fetch_target(struct fixture *fx,
                                         struct gn_target *t)
{
    struct result r = {0};

    start(fx, t, &r, NULL);
    uv_run(&fx->loop, UV_RUN_DEFAULT);
    assert_int_equal(r.calls, 1);
    assert_int_equal(gn_fetcher_active(fx->f), 0);
    gn_target_free(t);
    return r;
}

static inline struct result fetch(struct fixture *fx, const char *path,
                                  const struct gn_request *request)
{
    return fetch_target(fx, target_at(fx, path, request));
}

static inline struct result fetch_url(struct fixture *fx, const char *url,
                                      const struct gn_request *request)
{
    struct gn_request r = request != NULL ? *request : (struct gn_request){0};
    struct gn_target *t;

    r.url = url;
    assert_int_equal(gn_target_new(&r, &t, NULL), GARNER_OK);
    return fetch_target(fx, t);
}

/* Replies to each request with the request. */
/* A script: replies to each request with the request, and not to /silent. */
static inline void echo(struct tcp_peer *p, void *context)
{
    (void)context;
    while (tcp_peer_request(p))
        if (tcp_peer_asks(p, "/silent"))
            tcp_peer_wait(p);
        else if (!tcp_peer_reply(p, "200 OK", "Content-Type: text/plain\r\n",
                                 p->request))
            return;
}

static inline void assert_has(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        fail_msg("'%s' is not in: %s", part, text);
}

static inline void assert_lacks(const char *text, const char *part)
{
    if (strstr(text, part) != NULL)
        fail_msg("'%s' is in: %s", part, text);
}

#endif
