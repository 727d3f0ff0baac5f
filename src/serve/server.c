#include "serve/server.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <microhttpd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/thread.h"
#include "serve/address.h"
#include "serve/api.h"
#include "serve/metrics.h"
#include "serve/token.h"

enum {
    CONNECTIONS = 64,
    IDLE_S = 10, /* a connection may be silent so long */
    CONNECTION_BYTES = 16 * 1024,
    LINES = 100,       /* of sources in an answer, unless asked otherwise */
    MOST_LINES = 1000, /* that may be asked for */
    BACKLOG = 64,
};

/* All of it is constant once the daemon runs. */
struct gn_server {
    struct gn_server_view view;
    struct gn_token token;
    bool loopback;
    struct MHD_Daemon *daemon;
    char url[sizeof "http://" + GN_ADDRESS_TEXT];
};

/* What goes back. Texts are static, body is the reply's. */
struct reply {
    unsigned status;
    const char *type;
    const char *header; /* one more, with its value; NULL: none */
    const char *header_value;
    struct gn_buf body;
};

static const char plain_text[] = "text/plain; charset=utf-8";

static struct reply text_reply(unsigned status, const char *text)
{
    struct reply r = {.status = status, .type = plain_text};

    gn_buf_text(&r.body, text);
    return r;
}

static struct reply healthz(struct gn_server *s, struct MHD_Connection *c)
{
    struct gn_status status;

    (void)c;
    s->view.status(s->view.context, &status);
    return status.phase == GN_PHASE_DRAINING
               ? text_reply(MHD_HTTP_SERVICE_UNAVAILABLE, "draining\n")
               : text_reply(MHD_HTTP_OK, "ok\n");
}

/* The number of a query argument, 0 to most; fallback if it is not given. */
static bool argument(struct MHD_Connection *c, const char *name, long most,
                     size_t *value)
{
    const char *text =
        MHD_lookup_connection_value(c, MHD_GET_ARGUMENT_KIND, name);
    char *end;
    long number;

    if (text == NULL)
        return true;
    errno = 0;
    number = strtol(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 ||
        number > most)
        return false;
    *value = (size_t)number;
    return true;
}

static struct reply status_json(struct gn_server *s, struct MHD_Connection *c)
{
    struct reply r = {.status = MHD_HTTP_OK, .type = "application/json"};
    struct gn_source_status *lines;
    struct gn_status status;
    size_t first = 0;
    size_t max = LINES;
    size_t count;

    if (!argument(c, "first", LONG_MAX, &first) ||
        !argument(c, "max", MOST_LINES, &max))
        return text_reply(MHD_HTTP_BAD_REQUEST,
                          "first and max are numbers from 0 on, max at most "
                          "1000: /status.json?first=0&max=100\n");
    lines = gn_alloc((max + 1) * sizeof lines[0]);
    if (lines == NULL) {
        r.body.failed = true;
        return r;
    }
    s->view.status(s->view.context, &status);
    count = s->view.sources(s->view.context, first, lines, max);
    gn_api_status(&status, lines, first, count, &r.body);
    gn_free(lines);
    return r;
}

static struct reply metrics(struct gn_server *s, struct MHD_Connection *c)
{
    struct reply r = {.status = MHD_HTTP_OK,
                      .type = "text/plain; version=0.0.4; charset=utf-8"};
    struct gn_status status;

    (void)c;
    s->view.status(s->view.context, &status);
    gn_metrics_write(&status, &r.body);
    return r;
}

static struct reply routes_list(struct gn_server *s, struct MHD_Connection *c)
{
    (void)s;
    (void)c;
    return text_reply(MHD_HTTP_OK, "garner " GN_VERSION "\n\n"
                                   "/healthz      ok, or 503 while it stops\n"
                                   "/status.json  the engine and its sources "
                                   "(?first=0&max=100)\n"
                                   "/metrics      for Prometheus\n");
}

static const struct {
    const char *path;
    struct reply (*make)(struct gn_server *s, struct MHD_Connection *c);
} routes[] = {
    {"/", routes_list},
    {"/healthz", healthz},
    {"/status.json", status_json},
    {"/metrics", metrics},
};

static const char *header(struct MHD_Connection *c, const char *name)
{
    return MHD_lookup_connection_value(c, MHD_HEADER_KIND, name);
}

static struct reply make_reply(struct gn_server *s, struct MHD_Connection *c,
                               const char *path, const char *method)
{
    const char *host = header(c, MHD_HTTP_HEADER_HOST);
    struct reply r;

    if (s->loopback && host != NULL && !gn_address_host_is_loopback(host))
        return text_reply(MHD_HTTP_FORBIDDEN,
                          "this server answers to localhost, 127.0.0.1 and "
                          "[::1] only\n");
    if (!gn_token_shown(&s->token, header(c, MHD_HTTP_HEADER_AUTHORIZATION))) {
        r = text_reply(MHD_HTTP_UNAUTHORIZED,
                       "send the token: Authorization: Bearer TOKEN\n");
        r.header = MHD_HTTP_HEADER_WWW_AUTHENTICATE;
        r.header_value = "Bearer realm=\"garner\"";
        return r;
    }
    if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 &&
        strcmp(method, MHD_HTTP_METHOD_HEAD) != 0) {
        r = text_reply(MHD_HTTP_METHOD_NOT_ALLOWED, "only GET and HEAD\n");
        r.header = MHD_HTTP_HEADER_ALLOW;
        r.header_value = "GET, HEAD";
        return r;
    }
    for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++)
        if (strcmp(path, routes[i].path) == 0)
            return routes[i].make(s, c);
    return text_reply(MHD_HTTP_NOT_FOUND, "not found; / lists what there is\n");
}

/* Takes r's body. */
static struct MHD_Response *make_response(struct reply *r)
{
    static char no_memory[] = "out of memory\n";
    const size_t size = r->body.size;
    struct MHD_Response *response;
    char *body = gn_buf_take(&r->body);

    if (body == NULL) {
        r->status = MHD_HTTP_SERVICE_UNAVAILABLE;
        r->type = plain_text;
        return MHD_create_response_from_buffer(sizeof no_memory - 1, no_memory,
                                               MHD_RESPMEM_PERSISTENT);
    }
    response =
        MHD_create_response_from_buffer_with_free_callback(size, body, gn_free);
    if (response == NULL)
        gn_free(body);
    return response;
}

static enum MHD_Result send_reply(struct MHD_Connection *c, struct reply *r)
{
    struct MHD_Response *response = make_response(r);
    enum MHD_Result ok = MHD_NO;

    if (response == NULL)
        return MHD_NO;
    if (MHD_add_response_header(response, "Content-Type", r->type) &&
        MHD_add_response_header(response, "Cache-Control", "no-store") &&
        MHD_add_response_header(response, "X-Content-Type-Options",
                                "nosniff") &&
        MHD_add_response_header(response, "Cross-Origin-Resource-Policy",
                                "same-origin") &&
        (r->header == NULL ||
         MHD_add_response_header(response, r->header, r->header_value)))
        ok = MHD_queue_response(c, r->status, response);
    MHD_destroy_response(response);
    return ok;
}

/* libmicrohttpd calls it with the headers, for each piece of a body, and at the
 * end; MHD_NO ends the connection. Its parameters are not ours to choose.
 * NOLINTNEXTLINE(readability-function-size) */
static enum MHD_Result answer(void *context, struct MHD_Connection *c,
                              const char *path, const char *method,
                              const char *version, const char *upload,
                              size_t *upload_size, void **request)
{
    struct reply r;

    (void)version;
    (void)upload;
    if (*request == NULL) {
        *request = context;
        return MHD_YES;
    }
    if (*upload_size > 0) { /* nothing here takes a body: read past it */
        *upload_size = 0;
        return MHD_YES;
    }
    r = make_reply(context, c, path, method);
    return send_reply(c, &r);
}

static void log_line(void *context, const char *format, va_list args)
{
    char line[300];
    int size = vsnprintf(line, sizeof line, format, args);

    (void)context;
    while (size > 0 && (size_t)size < sizeof line && line[size - 1] == '\n')
        line[--size] = '\0';
    gn_log(GN_LOG_DEBUG, "http", "%s", line);
}

static enum garner_code cannot_listen(const struct gn_address *address,
                                      int native, struct garner_error *err)
{
    const char *advice = "";
    enum garner_code code;
    char text[GN_ADDRESS_TEXT];

    gn_address_format(address, text);
    if (native == EADDRINUSE)
        advice = "; another program listens there: take another port, or 0 "
                 "for any free one";
    else if (native == EACCES)
        advice = "; take a port from 1024 on";
    else if (native == EADDRNOTAVAIL)
        advice = "; no interface of this machine has this address";
    code = gn_fail(err, GARNER_IO, "cannot listen on %s: %s%s", text,
                   strerrordesc_np(native), advice);
    if (err != NULL)
        err->native = native;
    return code;
}

/* A socket that listens in *fd; address gets the port it really has. */
static enum garner_code listen_on(struct gn_address *address, int *fd,
                                  struct garner_error *err)
{
    const int one = 1;
    int native;

    *fd = socket(address->socket.any.sa_family,
                 SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (*fd >= 0 &&
        setsockopt(*fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) == 0 &&
        bind(*fd, &address->socket.any, address->size) == 0 &&
        listen(*fd, BACKLOG) == 0 &&
        getsockname(*fd, &address->socket.any, &address->size) == 0)
        return GARNER_OK;
    native = errno;
    if (*fd >= 0)
        close(*fd);
    return cannot_listen(address, native, err);
}

/* With all signals blocked: they are for the threads that expect them. */
static bool start_daemon(struct gn_server *s, int fd)
{
    sigset_t all;
    sigset_t before;

    sigfillset(&all);
    GN_CHECK(pthread_sigmask(SIG_SETMASK, &all, &before) == 0);
    s->daemon = MHD_start_daemon(
        MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_EPOLL | MHD_USE_ERROR_LOG, 0,
        NULL, NULL, answer, s, MHD_OPTION_EXTERNAL_LOGGER, log_line, NULL,
        MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_S,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES,
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
    GN_CHECK(pthread_sigmask(SIG_SETMASK, &before, NULL) == 0);
    return s->daemon != NULL;
}

static enum garner_code start(struct gn_server *s,
                              const struct gn_server_options *options,
                              struct garner_error *err)
{
    struct gn_address address;
    char text[GN_ADDRESS_TEXT];
    enum garner_code code;
    int fd;

    code = gn_address_parse(options->listen, &address, err);
    if (code == GARNER_OK && options->token_file != NULL)
        code = gn_token_read(options->token_file, &s->token, err);
    if (code != GARNER_OK)
        return code;
    s->loopback = gn_address_is_loopback(&address);
    if (!s->loopback && s->token.size == 0)
        return gn_fail(err, GARNER_INVALID,
                       "will not listen on %.60s, which other machines can "
                       "reach, without a token file: give one, or listen on "
                       "127.0.0.1",
                       options->listen);
    code = listen_on(&address, &fd, err);
    if (code != GARNER_OK)
        return code;
    gn_address_format(&address, text);
    snprintf(s->url, sizeof s->url, "http://%s", text);
    /* on failure the library has closed fd */
    if (!start_daemon(s, fd))
        return gn_fail(err, GARNER_IO,
                       "cannot start the HTTP server on %s: no memory, thread "
                       "or file descriptor left",
                       text);
    return GARNER_OK;
}

enum garner_code gn_server_open(const struct gn_server_options *options,
                                const struct gn_server_view *view,
                                struct gn_server **out,
                                struct garner_error *err)
{
    struct gn_server *s = gn_alloc(sizeof *s);
    enum garner_code code;

    *out = NULL;
    if (s == NULL)
        return gn_fail(err, GARNER_NOMEM, "no memory for an HTTP server");
    s->view = *view;
    code = start(s, options, err);
    if (code != GARNER_OK) {
        gn_server_close(s);
        return code;
    }
    *out = s;
    return GARNER_OK;
}

const char *gn_server_url(const struct gn_server *s)
{
    return s->url;
}

void gn_server_close(struct gn_server *s)
{
    if (s == NULL)
        return;
    if (s->daemon != NULL)
        MHD_stop_daemon(s->daemon);
    gn_free(s);
}
