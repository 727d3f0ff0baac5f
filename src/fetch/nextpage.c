#include "fetch/nextpage.h"

#include <curl/curl.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "base/mask.h"

enum { MOST_URL = 8192, TOLD = 120 };

static enum garner_code no_memory(struct garner_error *err)
{
    return gn_fail(err, GARNER_NOMEM, "out of memory for the next page");
}

/* What is wrong with next, which is told without secrets. */
static enum garner_code refuse(const struct gn_request *request,
                               const char *next, const char *why,
                               struct garner_error *err)
{
    struct gn_buf told = {0};

    gn_mask(&told, next, request->secrets, 1);
    (void)gn_fail(err, GARNER_INVALID, "the next page, \"%.*s\", %s", TOLD,
                  gn_buf_failed(&told) ? "" : gn_buf_cstr(&told), why);
    gn_buf_fini(&told);
    return GARNER_INVALID;
}

/* Whether a part, which either may lack, is the same of both. */
static bool same_part(CURLU *a, CURLU *b, CURLUPart part, unsigned flags)
{
    char *x = NULL;
    char *y = NULL;
    bool same;

    (void)curl_url_get(a, part, &x, flags);
    (void)curl_url_get(b, part, &y, flags);
    same = x != NULL && y != NULL && strcasecmp(x, y) == 0;
    curl_free(x);
    curl_free(y);
    return same;
}

bool gn_nextpage_same_host(void *a, void *b)
{
    return same_part(a, b, CURLUPART_SCHEME, 0) &&
           same_part(a, b, CURLUPART_HOST, 0) &&
           same_part(a, b, CURLUPART_PORT, CURLU_DEFAULT_PORT);
}

/* What request's own URL logs in with goes along, and no other login. */
bool gn_nextpage_set_login(void *url, void *own, bool along)
{
    static const CURLUPart parts[] = {CURLUPART_USER, CURLUPART_PASSWORD};
    bool ok = true;

    for (size_t i = 0; i < 2 && ok; i++) {
        char *text = NULL;

        if (along)
            (void)curl_url_get(own, parts[i], &text, 0);
        ok = curl_url_set(url, parts[i], text, 0) == CURLUE_OK;
        curl_free(text);
    }
    return ok;
}

void gn_nextpage_bare(struct gn_request *r)
{
    r->headers = NULL;
    r->cookies = NULL;
    r->login = GN_LOGIN_NONE;
    r->user = r->password = NULL;
    r->cert = r->key = r->key_password = NULL;
}

/* Makes url, which holds the base, next's. */
static enum garner_code resolve(const struct gn_request *request, CURLU *url,
                                const char *next, struct garner_error *err)
{
    const CURLUcode rc = curl_url_set(
        url, CURLUPART_URL, next, CURLU_URLENCODE | CURLU_NON_SUPPORT_SCHEME);
    char *scheme = NULL;
    bool web;

    if (rc == CURLUE_OUT_OF_MEMORY)
        return no_memory(err);
    if (rc != CURLUE_OK)
        return refuse(request, next,
                      "is no URL; see what the SQL or the server gives", err);
    (void)curl_url_get(url, CURLUPART_SCHEME, &scheme, 0);
    web = scheme != NULL &&
          (strcmp(scheme, "http") == 0 || strcmp(scheme, "https") == 0);
    curl_free(scheme);
    return web ? GARNER_OK
               : refuse(request, next, "is neither http nor https", err);
}

static enum garner_code make(const struct gn_request *request, CURLU *own,
                             CURLU *url, const char *next, struct gn_buf *text,
                             struct gn_target **out, struct garner_error *err)
{
    struct gn_request r = *request;
    enum garner_code code = resolve(request, url, next, err);
    const bool stays = code == GARNER_OK && gn_nextpage_same_host(own, url);
    char *whole = NULL;

    if (code != GARNER_OK)
        return code;
    if (!stays && request->same_host)
        return refuse(request, next,
                      "is of another host, and redirects says hosts: same",
                      err);
    if (!stays && request->body != NULL)
        return refuse(request, next,
                      "is of another host, which is not sent the body", err);
    if (!stays)
        gn_nextpage_bare(&r);
    if (!gn_nextpage_set_login(url, own, stays) ||
        curl_url_set(url, CURLUPART_FRAGMENT, NULL, 0) != CURLUE_OK ||
        curl_url_get(url, CURLUPART_URL, &whole, 0) != CURLUE_OK)
        return no_memory(err);
    gn_buf_text(text, whole);
    r.url = whole;
    code = gn_buf_failed(text) ? no_memory(err) : gn_target_new(&r, out, err);
    curl_free(whole);
    return code;
}

enum garner_code gn_nextpage(const struct gn_request *request, const char *base,
                             const char *next, struct gn_buf *url,
                             struct gn_target **out, struct garner_error *err)
{
    CURLU *own = curl_url();
    CURLU *to = curl_url();
    enum garner_code code = GARNER_OK;

    *out = NULL;
    if (own == NULL || to == NULL ||
        curl_url_set(own, CURLUPART_URL, request->url, 0) != CURLUE_OK ||
        curl_url_set(to, CURLUPART_URL, base, 0) != CURLUE_OK)
        code = no_memory(err);
    else if (strlen(next) > MOST_URL)
        code = refuse(request, next, "is longer than 8192 bytes", err);
    else
        code = make(request, own, to, next, url, out, err);
    curl_url_cleanup(own);
    curl_url_cleanup(to);
    return code;
}
