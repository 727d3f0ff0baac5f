#include "fetch/hop.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/mask.h"
#include "base/mem.h"
#include "fetch/explain.h"
#include "fetch/nextpage.h"
#include "fetch/whom.h"

enum { MOVED = 301, FOUND = 302, SEE_OTHER = 303 };

void gn_hop_fini(struct gn_hop *hop)
{
    gn_target_free(hop->target);
    gn_free(hop->url);
    *hop = (struct gn_hop){0};
}

static enum gn_failure no_memory(char text[240])
{
    snprintf(text, 240, "out of memory for a redirect");
    return GN_FAILURE_LOCAL;
}

/* As libcurl would have ended. place: where; or the scheme that is refused. */
static enum gn_failure refuse(const struct gn_request *request, int result,
                              const char *detail, const char *place,
                              char text[240])
{
    struct gn_fetch_limits limits;
    struct gn_buf told = {0};
    struct gn_ending e = {.result = result,
                          .detail = detail,
                          .place = place,
                          .refused = result == CURLE_UNSUPPORTED_PROTOCOL,
                          .phase = GN_PHASE_READING,
                          .limits = &limits};

    if (gn_request_check(request, &limits, NULL) != GARNER_OK)
        return no_memory(text); /* it was good before */
    (void)gn_explain(&e, text);
    gn_mask(&told, text, request->secrets, GN_MASK_LONG);
    snprintf(text, 240, "%s", gn_buf_failed(&told) ? "" : gn_buf_cstr(&told));
    gn_buf_fini(&told);
    return GN_FAILURE_REDIRECT;
}

static bool is_too_often(const struct gn_hop *hop,
                         const struct gn_request *request)
{
    struct gn_fetch_limits limits;

    return gn_request_check(request, &limits, NULL) == GARNER_OK &&
           hop->count >= limits.max_redirects;
}

static bool is_web(CURLU *url, char scheme[32])
{
    char *text = NULL;

    (void)curl_url_get(url, CURLUPART_SCHEME, &text, 0);
    snprintf(scheme, 32, "%s", text != NULL ? text : "");
    curl_free(text);
    return strcmp(scheme, "http") == 0 || strcmp(scheme, "https") == 0;
}

/* Whether a request of that method becomes a GET. */
static bool becomes_get(const struct gn_request *r, int status)
{
    const char *method = r->method;
    const bool is_post =
        method != NULL ? strcmp(method, "POST") == 0 : r->body != NULL;

    if (status == SEE_OTHER)
        return method == NULL || strcmp(method, "HEAD") != 0;
    return is_post && (status == MOVED || status == FOUND);
}

static bool is_private(const char *header)
{
    static const char *const names[] = {"authorization:", "cookie:"};

    for (size_t i = 0; i < 2; i++)
        if (strncasecmp(header, names[i], strlen(names[i])) == 0)
            return true;
    return false;
}

/* Takes from r what another host is not told; its headers are then in kept,
 * which has room for them. */
static void leave_host(struct gn_request *r, const char **kept)
{
    const char *const *header = r->headers;
    size_t n = 0;

    for (; header != NULL && *header != NULL; header++)
        if (!is_private(*header))
            kept[n++] = *header;
    kept[n] = NULL;
    r->headers = kept;
    r->cookies = NULL;
    r->login = GN_LOGIN_NONE;
    r->user = r->password = NULL;
}

static size_t count_headers(const struct gn_request *r)
{
    size_t n = 0;

    while (r->headers != NULL && r->headers[n] != NULL)
        n++;
    return n;
}

/* The request as it goes to url: whole, as text. */
static enum garner_code make(const struct gn_request *request, bool is_bare,
                             bool stays, const char *whole,
                             struct gn_target **out, struct garner_error *err)
{
    struct gn_request r = *request;
    const char **kept = gn_alloc((count_headers(request) + 1) * sizeof kept[0]);
    enum garner_code code = GARNER_NOMEM;

    r.url = whole;
    if (is_bare) {
        r.method = NULL;
        r.body = NULL;
        r.body_size = 0;
    }
    if (kept != NULL) {
        if (!stays)
            leave_host(&r, kept);
        code = gn_target_new(&r, out, err);
    }
    gn_free(kept);
    return code;
}

/* hop goes to url. */
static enum gn_failure go(struct gn_hop *hop, const struct gn_request *request,
                          int status, CURLU *own, CURLU *url, char text[240])
{
    const bool stays = gn_nextpage_same_host(own, url);
    struct gn_hop next = {.count = hop->count + 1,
                          .is_bare =
                              hop->is_bare || becomes_get(request, status)};
    char *whole = NULL;
    char place[GN_WHOM];
    struct garner_error err;
    enum garner_code code = GARNER_NOMEM;

    if (gn_nextpage_set_login(url, own, stays) &&
        curl_url_get(url, CURLUPART_URL, &whole, 0) == CURLUE_OK)
        next.url = gn_strdup(whole);
    if (next.url != NULL)
        code = make(request, next.is_bare, stays, whole, &next.target, &err);
    curl_free(whole);
    if (code == GARNER_OK) {
        gn_hop_fini(hop);
        *hop = next;
        return GN_FAILURE_NONE;
    }
    gn_hop_fini(&next);
    if (code != GARNER_INVALID)
        return no_memory(text);
    (void)gn_whom(request->url, place);
    return refuse(request, CURLE_URL_MALFORMAT, err.message, place, text);
}

static enum gn_failure follow(struct gn_hop *hop,
                              const struct gn_request *request,
                              const struct gn_response *response, CURLU *own,
                              CURLU *url, char text[240])
{
    char place[GN_WHOM];
    char scheme[32];
    CURLUcode rc;

    (void)gn_whom(response->final_url, place);
    if (is_too_often(hop, request))
        return refuse(request, CURLE_TOO_MANY_REDIRECTS, "", place, text);
    rc = curl_url_set(url, CURLUPART_URL, response->redirect,
                      CURLU_URLENCODE | CURLU_NON_SUPPORT_SCHEME);
    if (rc == CURLUE_OUT_OF_MEMORY)
        return no_memory(text);
    if (rc != CURLUE_OK)
        return refuse(request, CURLE_URL_MALFORMAT, curl_url_strerror(rc),
                      place, text);
    if (!is_web(url, scheme))
        return refuse(request, CURLE_UNSUPPORTED_PROTOCOL, "", scheme, text);
    return go(hop, request, response->status, own, url, text);
}

enum gn_failure gn_hop_follow(struct gn_hop *hop,
                              const struct gn_request *request,
                              const struct gn_response *response,
                              char text[240])
{
    CURLU *own = curl_url();
    CURLU *url = curl_url();
    enum gn_failure failure;

    if (own == NULL || url == NULL ||
        curl_url_set(own, CURLUPART_URL, request->url, 0) != CURLUE_OK ||
        curl_url_set(url, CURLUPART_URL, response->base_url, 0) != CURLUE_OK)
        failure = no_memory(text);
    else
        failure = follow(hop, request, response, own, url, text);
    curl_url_cleanup(own);
    curl_url_cleanup(url);
    return failure;
}
