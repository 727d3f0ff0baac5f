#include "fetch/outcome.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "fetch/address.h"
#include "fetch/jar.h"
#include "fetch/link.h"
#include "fetch/whom.h"

enum {
    SWITCHING = 101,              /* status */
    MOST_COOKIE_BYTES = 128 << 10 /* of a jar */
};

static enum gn_phase phase(const struct gn_transfer *t)
{
    if (t->heard)
        return GN_PHASE_READING;
    if (gn_transfer_number(t, CURLINFO_PRETRANSFER_TIME_T) > 0)
        return GN_PHASE_WAITING;
    if (gn_transfer_number(t, CURLINFO_NAMELOOKUP_TIME_T) > 0)
        return GN_PHASE_CONNECTING;
    return GN_PHASE_STARTING;
}

/* A copy (free with curl_free) of url without user and password; NULL: it is
 * no URL, or no memory. */
static char *bare_url(CURLU *parsed, const char *url)
{
    char *text = NULL;

    if (curl_url_set(parsed, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME) !=
            CURLUE_OK ||
        curl_url_set(parsed, CURLUPART_USER, NULL, 0) != CURLUE_OK ||
        curl_url_set(parsed, CURLUPART_PASSWORD, NULL, 0) != CURLUE_OK ||
        curl_url_get(parsed, CURLUPART_URL, &text, 0) != CURLUE_OK)
        return NULL;
    return text;
}

/* Sets final_url, of a transfer that was redirected. */
static void find_final_url(struct gn_transfer *t)
{
    const char *url = NULL;
    CURLU *parsed = curl_url();
    struct gn_buf shown = {0};
    char *text = NULL;

    curl_easy_getinfo(t->easy, CURLINFO_EFFECTIVE_URL, &url);
    if (parsed != NULL && url != NULL)
        text = bare_url(parsed, url);
    if (text != NULL)
        gn_target_hide_url(t->target, text, &shown);
    t->redirected = gn_buf_take(&shown);
    if (t->redirected != NULL)
        t->response.final_url = t->redirected;
    curl_free(text);
    curl_url_cleanup(parsed);
}

/* Sets redirect. */
static void find_redirect(struct gn_transfer *t)
{
    size_t size;
    const char *location = gn_response_location(gn_buf_cstr(&t->headers),
                                                t->response.status, &size);

    if (location == NULL)
        return;
    gn_buf_append(&t->location, location, size);
    if (gn_buf_failed(&t->location) && t->cause == GN_CAUSE_LIBCURL)
        t->cause = GN_CAUSE_NO_MEMORY; /* else it would pass for an answer */
    else
        t->response.redirect = gn_buf_cstr(&t->location);
}

/* Before secrets are hidden: the link may have one. */
static void find_next(struct gn_transfer *t)
{
    const char *url = NULL;

    curl_easy_getinfo(t->easy, CURLINFO_EFFECTIVE_URL, &url);
    t->response.base_url = url;
    if (gn_link_next(gn_buf_cstr(&t->headers), &t->link))
        t->response.next = gn_buf_cstr(&t->link);
}

static void explain(struct gn_transfer *t, CURLcode result)
{
    struct gn_response *r = &t->response;
    char place[GN_WHOM];
    struct gn_ending e = {
        .cause = t->cause,
        .result = (int)result,
        .detail =
            t->cause == GN_CAUSE_NOT_SAVED ? t->sink.why.message : t->detail,
        .place = place,
        .proxied = gn_target_proxied(t->target, &t->tools->proxies),
        .phase = phase(t),
        .proxy_error = gn_transfer_small(t, CURLINFO_PROXY_ERROR),
        .os_error = gn_transfer_small(t, CURLINFO_OS_ERRNO),
        .socket_error = t->socket_error,
        .elsewhere = t->elsewhere,
        .duration_ms = (r->duration_us + 999) / 1000,
        .limits = gn_target_limits(t->target),
    };

    e.refused = gn_whom(r->final_url, place);
    r->failure = gn_explain(&e, r->error);
    gn_sink_cut(&t->sink, t->cause, t->heard);
}

static int http_version(long version)
{
    switch (version) {
    case CURL_HTTP_VERSION_1_0:
        return 10;
    case CURL_HTTP_VERSION_1_1:
        return 11;
    case CURL_HTTP_VERSION_2_0:
        return 20;
    case CURL_HTTP_VERSION_3:
        return 30;
    default:
        return 0;
    }
}

/* What libcurl knows of the reply. */
static void read_reply(struct gn_transfer *t)
{
    struct gn_response *r = &t->response;
    char *type = NULL;

    r->status = gn_transfer_small(t, CURLINFO_RESPONSE_CODE);
    curl_easy_getinfo(t->easy, CURLINFO_CONTENT_TYPE, &type);
    r->content_type = type;
    r->wire_bytes = gn_transfer_number(t, CURLINFO_SIZE_DOWNLOAD_T);
    r->first_byte_us = gn_transfer_number(t, CURLINFO_STARTTRANSFER_TIME_T);
    r->redirects = gn_transfer_small(t, CURLINFO_REDIRECT_COUNT);
    r->http_version = http_version(gn_transfer_small(t, CURLINFO_HTTP_VERSION));
    if (r->redirects > 0)
        find_final_url(t);
    r->is_private = t->is_private;
    find_redirect(t);
    find_next(t);
}

/* Appends the reply's headers, whose lines it cuts, as they may be told. */
static void hide_headers(struct gn_transfer *t, struct gn_buf *out)
{
    char *line = t->headers.size > 0 ? t->headers.data : NULL;

    while (line != NULL && *line != '\0') {
        char *end = strchr(line, '\n');

        if (end != NULL) /* else memory ran out within it */
            *end = '\0';
        if (strncmp(line, "location:", 9) == 0)
            gn_target_hide_url(t->target, line, out);
        else
            gn_target_hide(t->target, line, out);
        gn_buf_byte(out, '\n');
        line = end != NULL ? end + 1 : NULL;
    }
}

/* Rids what is told of the fetch of the target's secrets, should they be in it:
 * a server may send us, and so itself, elsewhere with them. */
static void hide(struct gn_transfer *t)
{
    struct gn_response *r = &t->response;
    struct gn_buf text = {0};

    gn_target_hide(t->target, r->error, &text);
    snprintf(r->error, sizeof r->error, "%s", gn_buf_cstr(&text));
    gn_buf_clear(&text);
    hide_headers(t, &text);
    gn_buf_fini(&t->headers);
    if (gn_buf_failed(&text)) /* half a line may be half a secret */
        gn_buf_fini(&text);
    t->headers = text;
}

/* What the jar holds now. */
static void list_cookies(struct gn_transfer *t)
{
    const int64_t now_s = gn_clock_wall_us() / 1000000;
    struct curl_slist *all = NULL;

    curl_easy_getinfo(t->easy, CURLINFO_COOKIELIST, &all);
    for (const struct curl_slist *c = all; c != NULL; c = c->next) {
        const size_t size = strlen(c->data) + 1;

        if (gn_jar_is_over(c->data, now_s) ||
            !gn_target_keeps_cookie(t->target, c->data) ||
            size > MOST_COOKIE_BYTES - t->cookies.size)
            continue;
        gn_buf_text(&t->cookies, c->data);
        gn_buf_byte(&t->cookies, '\n');
    }
    curl_slist_free_all(all);
    if (!gn_buf_failed(&t->cookies))
        t->response.cookies = &t->cookies;
}

/* Sets the cause of what libcurl ended with result, which is returned as it
 * counts. */
static CURLcode judge(struct gn_transfer *t, CURLcode result)
{
    if (t->led_on && t->cause == GN_CAUSE_STALLED)
        t->cause = GN_CAUSE_LIBCURL;
    if (t->led_on && t->cause == GN_CAUSE_LIBCURL)
        return CURLE_OK; /* however its body ended */
    if (t->kept_off && result == CURLE_COULDNT_CONNECT &&
        t->cause == GN_CAUSE_LIBCURL)
        t->cause = GN_CAUSE_PRIVATE;
    return result;
}

void gn_outcome(struct gn_transfer *t, CURLcode result, enum gn_cause cause)
{
    struct gn_response *r = &t->response;
    int64_t started_wall_us = r->started_wall_us;

    gn_transfer_stop_pausing(t);
    if (cause != GN_CAUSE_LIBCURL)
        t->cause = cause;
    *r = (struct gn_response){.headers = &t->headers, .body = &t->sink.body};
    r->started_wall_us = started_wall_us;
    r->duration_us = (gn_clock_monotonic_ns() - t->started_ns) / 1000;
    r->final_url = gn_target_url(t->target);
    r->requests = t->replies > 1 ? t->replies : 1;
    result = judge(t, result);
    r->kept_off = t->cause == GN_CAUSE_PRIVATE;
    if (r->kept_off)
        r->requests = t->replies;
    if (t->heard) /* else libcurl may remember the handle's last reply */
        read_reply(t);
    if (result == CURLE_OK && t->cause == GN_CAUSE_LIBCURL &&
        r->status == SWITCHING)
        t->cause = GN_CAUSE_SWITCHED;
    if (result == CURLE_OK && t->cause == GN_CAUSE_LIBCURL)
        t->cause = gn_sink_end(&t->sink, r->sha256);
    if (result != CURLE_OK || t->cause != GN_CAUSE_LIBCURL)
        explain(t, result);
    gn_sink_tell(&t->sink, t->cause, r);
    if (gn_target_hides(t->target))
        hide(t);
    if (t->heard && gn_target_keeps_cookies(t->target))
        list_cookies(t);
}
