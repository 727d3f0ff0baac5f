#include "fetch/transfer.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "fetch/address.h"

enum {
    RECEIVE_BYTES = 16 << 10, /* libcurl's buffer, while a transfer runs */
    LED_BODY_MOST = 64 << 10, /* a new connection costs less than more of it */
    OK = 200                  /* status */
};

static int64_t monotonic_ms(const struct gn_transfer *t)
{
    return (int64_t)uv_now(t->tools->sockets->loop);
}

int64_t gn_transfer_number(const struct gn_transfer *t, CURLINFO info)
{
    curl_off_t value = 0;

    return curl_easy_getinfo(t->easy, info, &value) == CURLE_OK ? value : 0;
}

int gn_transfer_small(const struct gn_transfer *t, CURLINFO info)
{
    long value = 0;

    return curl_easy_getinfo(t->easy, info, &value) == CURLE_OK ? (int)value
                                                                : 0;
}

/* Takes what has come from the target's limiter; false: that does not admit it
 * yet. */
static bool take(struct gn_transfer *t)
{
    struct gn_limiter *l = gn_target_limiter(t->target);
    const int64_t now_ns = gn_clock_monotonic_ns();
    int64_t came;

    if (l == NULL)
        return true;
    if (!gn_limiter_admits(l, now_ns))
        return false;
    came = gn_transfer_number(t, CURLINFO_SIZE_DOWNLOAD_T);
    if (came < t->taken) /* after a redirect it is another body */
        t->taken = 0;
    gn_limiter_take(l, came - t->taken, now_ns);
    t->taken = came;
    return true;
}

static void hold(struct gn_transfer *t)
{
    if (t->paused)
        return;
    t->paused = true;
    TAILQ_INSERT_TAIL(&t->tools->paused, t, in_paused);
    t->tools->paused_count++;
}

void gn_transfer_stop_pausing(struct gn_transfer *t)
{
    if (!t->paused)
        return;
    t->paused = false;
    TAILQ_REMOVE(&t->tools->paused, t, in_paused);
    t->tools->paused_count--;
}

CURLcode gn_transfer_go_on(struct gn_transfer *t)
{
    gn_transfer_stop_pausing(t);
    return curl_easy_pause(t->easy, CURLPAUSE_CONT);
}

/* Whether the body of a redirect is worth reading, so that its connection can
 * be used again. */
static bool comes_to_end(const struct gn_transfer *t)
{
    const int64_t most = gn_target_limits(t->target)->max_body_bytes;

    return gn_transfer_number(t, CURLINFO_SIZE_DOWNLOAD_T) <=
           (most < LED_BODY_MOST ? most : LED_BODY_MOST);
}

/* CURLOPT_WRITEFUNCTION: decoded bytes of the body. */
static size_t on_body(char *data, size_t one, size_t size, void *transfer)
{
    struct gn_transfer *t = transfer;

    t->moved_ms = monotonic_ms(t);
    if (t->led_on)
        return comes_to_end(t) ? one * size : 0;
    t->cause = gn_sink_admit(&t->sink, size);
    if (t->cause != GN_CAUSE_LIBCURL)
        return 0;
    if (!take(t)) { /* it comes again */
        hold(t);
        return CURL_WRITEFUNC_PAUSE;
    }
    t->cause = gn_sink_write(&t->sink, data, size);
    return t->cause == GN_CAUSE_LIBCURL ? one * size : 0;
}

/* Whether the line of a reply's head is a redirect that is not to be followed.
 */
static bool leads_elsewhere(struct gn_transfer *t, const char *line,
                            size_t size)
{
    const int status = gn_transfer_small(t, CURLINFO_RESPONSE_CODE);
    char location[2048];

    if (!gn_target_stays(t->target) || status < 300 || status > 399 ||
        size < 9 || strncasecmp(line, "location:", 9) != 0)
        return false;
    while (size > 9 && strchr("\r\n \t", line[size - 1]) != NULL)
        size--;
    line += 9;
    size -= 9;
    while (size > 0 && (*line == ' ' || *line == '\t')) {
        line++;
        size--;
    }
    /* A longer one is not looked at, and so not trusted. */
    snprintf(location, sizeof location, "%.*s", (int)size, line);
    return size >= sizeof location ||
           !gn_target_may_go_to(t->target, location, t->elsewhere);
}

/* Whether the head, which has ended, is a redirect that another fetch follows.
 */
static bool leads_on(const struct gn_transfer *t)
{
    const int status = gn_transfer_small(t, CURLINFO_RESPONSE_CODE);
    size_t size;

    return gn_target_is_led_on(t->target) &&
           gn_response_location(gn_buf_cstr(&t->headers), status, &size) !=
               NULL;
}

/* Whether the head says where its body ends. */
static bool has_end(const struct gn_transfer *t)
{
    return gn_transfer_small(t, CURLINFO_HTTP_VERSION) >
               CURL_HTTP_VERSION_1_1 ||
           !gn_response_is_open_ended(gn_buf_cstr(&t->headers));
}

/* CURLOPT_HEADERFUNCTION: a line of a reply's head. */
static size_t on_header(char *data, size_t one, size_t size, void *transfer)
{
    struct gn_transfer *t = transfer;

    t->moved_ms = monotonic_ms(t);
    t->heard = true;
    gn_response_header(&t->headers, data, size);
    t->lines = size >= 5 && memcmp(data, "HTTP/", 5) == 0 ? 0 : t->lines + 1;
    if (size <= 2 && gn_transfer_small(t, CURLINFO_RESPONSE_CODE) >= OK)
        t->replies++; /* the empty line: its head has ended */
    if (leads_elsewhere(t, data, size)) {
        t->cause = GN_CAUSE_ELSEWHERE;
        return 0;
    }
    if (gn_buf_failed(&t->headers)) {
        t->cause = GN_CAUSE_NO_MEMORY;
        return 0;
    }
    if (t->headers.size > GN_FETCH_HEAD_MOST) {
        t->cause = GN_CAUSE_HEAD_TOO_LARGE;
        return 0;
    }
    if (t->lines > GN_FETCH_HEADERS_MOST + 1) { /* with the empty one */
        t->cause = GN_CAUSE_TOO_MANY_HEADERS;
        return 0;
    }
    if (size <= 2 && gn_response_has_two_lengths(gn_buf_cstr(&t->headers))) {
        t->cause = GN_CAUSE_TWO_LENGTHS;
        return 0;
    }
    if (size <= 2 && leads_on(t)) {
        t->led_on = true;
        return has_end(t) ? one * size : 0;
    }
    return one * size;
}

/* Whether libcurl has followed a redirect. */
static bool was_led(const struct gn_transfer *t)
{
    return gn_transfer_small(t, CURLINFO_REDIRECT_COUNT) > 0;
}

/* Whether what is asked is at a private address, such as that of the connection
 * may be. Where a proxy may connect, that is the proxy's: all we see is the
 * URL. */
static bool is_at_private(const struct gn_transfer *t, bool is_private)
{
    const char *url = NULL;

    if (!gn_target_proxied(t->target, &t->tools->proxies))
        return is_private;
    if (was_led(t))
        curl_easy_getinfo(t->easy, CURLINFO_EFFECTIVE_URL, &url);
    return gn_address_url_is_private(url != NULL ? url
                                                 : gn_target_url(t->target));
}

/* Whether it is not to be asked there. */
static bool keeps_off(const struct gn_transfer *t, bool is_private)
{
    const bool led_off =
        gn_target_is_led_public_only(t->target) && was_led(t) && !t->is_private;

    return (led_off || gn_target_is_public_only(t->target)) &&
           is_at_private(t, is_private);
}

/* CURLOPT_PREREQFUNCTION: the connection may be one that others opened. */
static int on_connected(void *transfer, char *address, char *own, int port,
                        int own_port)
{
    struct gn_transfer *t = transfer;
    const bool is_private = gn_address_names_private(address);

    (void)own;
    (void)port;
    (void)own_port;
    if (!was_led(t))
        t->is_private = is_at_private(t, is_private);
    if (!keeps_off(t, is_private)) {
        t->kept_off = false; /* it had another address */
        return CURL_PREREQFUNC_OK;
    }
    t->cause = GN_CAUSE_PRIVATE;
    return CURL_PREREQFUNC_ABORT;
}

/* CURLOPT_OPENSOCKETFUNCTION. */
static curl_socket_t on_open(void *transfer, curlsocktype purpose,
                             struct curl_sockaddr *address)
{
    struct gn_transfer *t = transfer;
    curl_socket_t fd;

    (void)purpose;
    if (keeps_off(t, gn_address_is_private(&address->addr))) {
        t->kept_off = true; /* it may have others */
        return CURL_SOCKET_BAD;
    }
    fd = gn_sockets_open(t->tools->sockets, address);
    /* A machine without IPv6 refuses one of a host's addresses: no fault. */
    if (fd == CURL_SOCKET_BAD && errno != EAFNOSUPPORT)
        t->socket_error = errno;
    return fd;
}

/* Options that never change. */
static CURLcode set_up(struct gn_transfer *t)
{
    CURLcode rc = CURLE_OK;

#define SET(option, value)                                                     \
    if (rc == CURLE_OK)                                                        \
    rc = curl_easy_setopt(t->easy, option, value)
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_PRIVATE, t);
    SET(CURLOPT_WRITEFUNCTION, on_body);
    SET(CURLOPT_WRITEDATA, t);
    SET(CURLOPT_HEADERFUNCTION, on_header);
    SET(CURLOPT_HEADERDATA, t);
    SET(CURLOPT_OPENSOCKETFUNCTION, on_open);
    SET(CURLOPT_OPENSOCKETDATA, t);
    SET(CURLOPT_PREREQFUNCTION, on_connected);
    SET(CURLOPT_PREREQDATA, t);
    /* A connection outlives the transfer that opened it. */
    SET(CURLOPT_CLOSESOCKETFUNCTION, gn_sockets_shut);
    SET(CURLOPT_CLOSESOCKETDATA, t->tools->sockets);
    SET(CURLOPT_ERRORBUFFER, t->detail);
    SET(CURLOPT_BUFFERSIZE, (long)RECEIVE_BYTES);
    SET(CURLOPT_ACCEPT_ENCODING, "");
    SET(CURLOPT_PROTOCOLS_STR, "http,https");
    SET(CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
#if LIBCURL_VERSION_NUM >= 0x075700
    /* Else giving up a transfer would wait for its name's look-up. */
    SET(CURLOPT_QUICK_EXIT, 1L);
#endif
#undef SET
    return rc;
}

enum garner_code gn_transfer_new(struct gn_tools *tools,
                                 struct gn_transfer **out,
                                 struct garner_error *err)
{
    struct gn_transfer *t = gn_alloc(sizeof *t);

    *out = t;
    if (t != NULL) {
        t->tools = tools;
        t->easy = curl_easy_init();
        t->sink = (struct gn_sink){
            .easy = t->easy, .tools = tools, .headers = &t->headers};
    }
    if (t == NULL || t->easy == NULL || set_up(t) != CURLE_OK) {
        gn_transfer_free(t);
        *out = NULL;
        return gn_fail(err, GARNER_NOMEM, "out of memory for a fetch");
    }
    return GARNER_OK;
}

/* What nobody took. */
static void drop_files(struct gn_response *r)
{
    gn_part_free(r->part);
    r->part = NULL;
    gn_spool_free(r->spool);
    r->spool = NULL;
}

void gn_transfer_free(struct gn_transfer *t)
{
    if (t == NULL)
        return;
    curl_easy_cleanup(t->easy);
    drop_files(&t->response);
    gn_sink_fini(&t->sink);
    gn_buf_fini(&t->headers);
    gn_buf_fini(&t->cookies);
    gn_buf_fini(&t->link);
    gn_buf_fini(&t->location);
    gn_free(t->redirected);
    gn_free(t);
}

enum garner_code gn_transfer_begin(struct gn_transfer *t,
                                   struct gn_target *target,
                                   struct garner_error *err)
{
    if (gn_target_apply(target, t->easy, &t->tools->proxies, &t->shape) != 0)
        return gn_fail(err, GARNER_NOMEM, "out of memory for a fetch");
    t->target = target;
    t->is_spent = gn_target_leaves_traces(target);
    t->cause = GN_CAUSE_LIBCURL;
    t->heard = false;
    t->lines = 0;
    gn_sink_begin(&t->sink, target);
    t->socket_error = 0;
    t->kept_off = t->is_private = false;
    t->led_on = false;
    t->replies = 0;
    t->elsewhere[0] = '\0';
    t->sent = t->taken = 0;
    t->detail[0] = '\0';
    t->started_ns = gn_clock_monotonic_ns();
    t->moved_ms = t->started_ns / 1000000;
    t->response.started_wall_us = gn_clock_wall_us();
    return GARNER_OK;
}

int64_t gn_transfer_stalls_at(struct gn_transfer *t, int64_t now_ms)
{
    int64_t sent = gn_transfer_number(t, CURLINFO_SIZE_UPLOAD_T);

    /* Until it is connected the connect timeout counts; what is sent shows only
     * here. */
    if (t->paused || gn_transfer_number(t, CURLINFO_PRETRANSFER_TIME_T) == 0 ||
        sent != t->sent)
        t->moved_ms = now_ms;
    t->sent = sent;
    return t->moved_ms + gn_target_limits(t->target)->stall_ms;
}

bool gn_transfer_is_spent(const struct gn_transfer *t)
{
    return t->is_spent; /* the callback may have freed the target */
}

void gn_transfer_reset(struct gn_transfer *t)
{
    drop_files(&t->response);
    gn_sink_reset(&t->sink);
    gn_sink_trim(&t->headers);
    gn_buf_fini(&t->cookies);
    gn_buf_fini(&t->link);
    gn_buf_fini(&t->location);
    gn_free(t->redirected);
    t->redirected = NULL;
    t->target = NULL;
}
