#include "fetch/target.h"

#include <curl/curl.h>
#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "fetch/aim.h"
#include "fetch/condition.h"
#include "fetch/jar.h"
#include "fetch/kind.h"
#include "fetch/part.h"

/* constant once made, but for asking, jar, path and memory */
struct gn_target {
    struct gn_kind *kind; /* what it asks for like others; a holder of it */
    struct gn_aim aim;    /* its URL and secrets */
    struct curl_slist *headers;
    struct curl_slist *asking;  /* a condition, and behind it headers; NULL: for
                                   any version */
    struct curl_slist *jar;     /* cookies of servers, and ... */
    struct curl_slist *fixed;   /* ... its own, beside that; see jar.h */
    bool has_condition;         /* of its own */
    struct gn_limiter *limiter; /* borrowed; NULL: none */
    char *path;  /* of the file that its body goes to; NULL: none ... */
    bool memory; /* ... or not there alone */
    struct gn_part *part; /* what its next fetch goes on with, ... */
    char *version;        /* ... and of what version that is */
};

static enum garner_code no_memory(struct garner_error *err)
{
    return gn_fail(err, GARNER_NOMEM, "out of memory for a request");
}

static enum garner_code add_header(struct gn_target *t, const char *line,
                                   struct garner_error *err)
{
    const char *colon = strchr(line, ':');
    struct curl_slist *list;
    char *empty = NULL;

    if (colon[1 + strspn(colon + 1, " \t")] == '\0') {
        /* libcurl drops "Name:" and sends "Name;" as an empty header. */
        empty = gn_memdup(line, (size_t)(colon - line) + 1);
        if (empty == NULL)
            return no_memory(err);
        empty[colon - line] = ';';
    }
    list = curl_slist_append(t->headers, empty != NULL ? empty : line);
    gn_free(empty);
    if (list == NULL)
        return no_memory(err);
    t->headers = list;
    t->has_condition =
        t->has_condition || gn_condition_is(line, (size_t)(colon - line));
    return GARNER_OK;
}

static enum garner_code copy_headers(struct gn_target *t,
                                     const char *const *headers,
                                     struct garner_error *err)
{
    enum garner_code code = GARNER_OK;

    for (; headers != NULL && *headers != NULL && code == GARNER_OK; headers++)
        code = add_header(t, *headers, err);
    return code;
}

/* Its own cookies, such that they go to no other host: libcurl would send those
 * of CURLOPT_COOKIE there. Beside a jar they must not be a header: that would
 * be a second one. */
static enum garner_code place_cookies(struct gn_target *t,
                                      struct garner_error *err)
{
    const char *cookies = t->kind->request.cookies;
    struct gn_buf line = {0};
    char *host = NULL;
    enum garner_code code = GARNER_OK;

    if (cookies == NULL)
        return GARNER_OK;
    if (t->kind->request.keeps_cookies) {
        host = gn_aim_host(&t->aim);
        if (host == NULL || !gn_jar_of_host(cookies, host, &t->fixed))
            code = no_memory(err);
        curl_free(host);
        return code;
    }
    gn_buf_text(&line, "Cookie: ");
    gn_buf_text(&line, cookies);
    code = gn_buf_failed(&line) ? no_memory(err)
                                : add_header(t, gn_buf_cstr(&line), err);
    gn_buf_fini(&line);
    return code;
}

/* A URL that logs in says so once. */
static enum garner_code check_login(const struct gn_target *t,
                                    struct garner_error *err)
{
    if (t->kind->request.login == GN_LOGIN_NONE || !gn_aim_has_user(&t->aim))
        return GARNER_OK;
    return gn_fail(err, GARNER_INVALID,
                   "there is a login, and a user in the URL; drop one of them");
}

enum garner_code gn_target_new_like(const struct gn_target *like,
                                    const struct gn_request *request,
                                    struct gn_target **out,
                                    struct garner_error *err)
{
    enum garner_code code;
    struct gn_target *t;

    *out = NULL;
    t = gn_alloc(sizeof *t);
    if (t == NULL)
        return no_memory(err);
    code =
        gn_kind_get(request, like != NULL ? like->kind : NULL, &t->kind, err);
    if (code == GARNER_OK)
        code = gn_aim_keep(&t->aim, request->secrets, err);
    if (code == GARNER_OK)
        code = gn_aim_take(&t->aim, request->url, err);
    if (code == GARNER_OK)
        code = copy_headers(t, request->headers, err);
    if (code == GARNER_OK)
        code = check_login(t, err);
    if (code == GARNER_OK)
        code = place_cookies(t, err);
    if (code == GARNER_OK)
        *out = t;
    else
        gn_target_free(t);
    return code;
}

enum garner_code gn_target_new(const struct gn_request *request,
                               struct gn_target **out, struct garner_error *err)
{
    return gn_target_new_like(NULL, request, out, err);
}

static void drop_condition(struct gn_target *t)
{
    gn_condition_drop(t->asking, t->headers);
    t->asking = NULL;
}

enum garner_code gn_target_move(struct gn_target *t, const char *url,
                                struct garner_error *err)
{
    const struct gn_target before = *t;
    enum garner_code code;

    GN_CHECK(!t->kind->request.keeps_cookies);
    t->aim = (struct gn_aim){.secrets = before.aim.secrets};
    code = gn_aim_take(&t->aim, url, err);
    if (code == GARNER_OK)
        code = check_login(t, err);
    if (code != GARNER_OK) {
        gn_aim_drop(&t->aim);
        *t = before;
        return code;
    }
    gn_aim_drop(&before.aim);
    drop_condition(t);
    t->limiter = NULL;
    return code;
}

bool gn_target_may_ask_if(const struct gn_target *t)
{
    const struct gn_request *r = &t->kind->request;

    return !t->has_condition && r->body == NULL &&
           (r->method == NULL || strcmp(r->method, "GET") == 0);
}

bool gn_target_ask_if(struct gn_target *t, const struct gn_validators *v)
{
    if (v != NULL && gn_condition_is_version(t->asking, t->headers, v))
        return true;
    drop_condition(t);
    if (v == NULL)
        return true;
    if (!gn_condition_add_version(&t->asking, v)) {
        curl_slist_free_all(t->asking);
        t->asking = NULL;
        return false;
    }
    gn_condition_join(t->asking, t->headers);
    return true;
}

bool gn_target_save(struct gn_target *t, const char *path, bool memory_too)
{
    char *copy = path != NULL ? gn_strdup(path) : NULL;

    if (path != NULL && copy == NULL)
        return false;
    gn_free(t->path);
    t->path = copy;
    t->memory = memory_too || path == NULL;
    return true;
}

/* What it goes on with. */
static void set_part(struct gn_target *t, struct gn_part *part, char *version)
{
    gn_part_free(t->part);
    gn_free(t->version);
    t->part = part;
    t->version = version;
}

bool gn_target_resume(struct gn_target *t, struct gn_part *part,
                      const char *version)
{
    struct gn_buf range = {0};
    char *copy;
    bool done;

    drop_condition(t);
    gn_buf_printf(&range, "bytes=%" PRId64 "-", gn_part_size(part));
    done = !gn_buf_failed(&range) &&
           gn_condition_add(&t->asking, "Range", gn_buf_cstr(&range)) &&
           gn_condition_add(&t->asking, "If-Range", version) &&
           gn_condition_add(&t->asking, "Accept-Encoding", "identity");
    gn_buf_fini(&range);
    copy = gn_strdup(version);
    set_part(t, part, copy);
    gn_condition_join(t->asking, t->headers);
    if (done && copy != NULL)
        return true;
    set_part(t, NULL, NULL);
    drop_condition(t);
    return false;
}

struct gn_part *gn_target_take_part(struct gn_target *t, char **version)
{
    struct gn_part *part = t->part;

    *version = t->version;
    t->part = NULL;
    t->version = NULL;
    return part;
}

const char *gn_target_path(const struct gn_target *t)
{
    return t->path;
}

bool gn_target_needs_memory(const struct gn_target *t)
{
    return t->path == NULL || t->memory;
}

void gn_target_free(struct gn_target *t)
{
    if (t == NULL)
        return;
    drop_condition(t);
    gn_aim_fini(&t->aim);
    curl_slist_free_all(t->headers);
    gn_kind_drop(t->kind);
    curl_slist_free_all(t->jar);
    curl_slist_free_all(t->fixed);
    gn_free(t->path);
    set_part(t, NULL, NULL);
    gn_free(t);
}

const char *gn_target_url(const struct gn_target *t)
{
    return t->aim.shown;
}

bool gn_target_hides(const struct gn_target *t)
{
    return t->aim.secrets != NULL;
}

void gn_target_hide_url(const struct gn_target *t, const char *url,
                        struct gn_buf *out)
{
    gn_aim_hide_url(&t->aim, url, out);
}

void gn_target_hide(const struct gn_target *t, const char *text,
                    struct gn_buf *out)
{
    gn_aim_hide(&t->aim, text, out);
}

void gn_target_limit(struct gn_target *t, struct gn_limiter *l)
{
    t->limiter = l;
}

struct gn_limiter *gn_target_limiter(const struct gn_target *t)
{
    return t->limiter;
}

const struct gn_fetch_limits *gn_target_limits(const struct gn_target *t)
{
    return &t->kind->request.limits;
}

bool gn_target_proxied(const struct gn_target *t,
                       const struct gn_proxies *proxies)
{
    return gn_shape_proxied(&t->kind->request, proxies);
}

bool gn_target_leaves_traces(const struct gn_target *t)
{
    return gn_shape_leaves_traces(&t->kind->request);
}

bool gn_target_keeps_cookies(const struct gn_target *t)
{
    return t->kind->request.keeps_cookies;
}

bool gn_target_stays(const struct gn_target *t)
{
    return t->kind->request.same_host;
}

bool gn_target_is_led_on(const struct gn_target *t)
{
    return t->kind->request.one_hop &&
           t->kind->request.limits.max_redirects >= 0;
}

bool gn_target_is_public_only(const struct gn_target *t)
{
    return t->kind->request.public_only;
}

bool gn_target_is_led_public_only(const struct gn_target *t)
{
    return t->kind->request.led_public_only;
}

bool gn_target_set_jar(struct gn_target *t, const char *lines)
{
    curl_slist_free_all(t->jar);
    return gn_jar_split(lines, &t->jar);
}

bool gn_target_keeps_cookie(const struct gn_target *t, const char *line)
{
    return t->kind->request.cookies == NULL ||
           !gn_jar_has_name(t->kind->request.cookies, line);
}

bool gn_target_may_go_to(const struct gn_target *t, const char *location,
                         char host[GN_TARGET_HOST])
{
    return gn_aim_has_host_of(&t->aim, location, host, GN_TARGET_HOST);
}

static const void *first_header(const struct gn_target *t)
{
    return t->asking != NULL ? t->asking : t->headers;
}

int gn_target_apply(const struct gn_target *t, void *easy,
                    const struct gn_proxies *proxies, struct gn_shape *shape)
{
    const struct gn_request *r = &t->kind->request;
    const bool secure = gn_aim_is_secure(&t->aim);
    const struct gn_shape *own = secure ? &t->kind->secure : &t->kind->plain;
    CURLcode rc = CURLE_OK;

    if (memcmp(shape, own, sizeof *shape) != 0) {
        rc = (CURLcode)gn_shape_set(r, secure, proxies, easy);
        *shape = rc == CURLE_OK ? *own : (struct gn_shape){0};
    }
#define SET(option, value)                                                     \
    if (rc == CURLE_OK)                                                        \
    rc = curl_easy_setopt(easy, option, value)
    SET(CURLOPT_URL, t->aim.whole);
    SET(CURLOPT_HTTPHEADER, first_header(t));
    SET(CURLOPT_CONNECT_TO, t->kind->connect_to);
    if (r->body != NULL) {
        SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body_size);
        SET(CURLOPT_POSTFIELDS, r->body);
    }
    for (const struct curl_slist *c = t->jar; c != NULL; c = c->next)
        SET(CURLOPT_COOKIELIST, c->data);
    for (const struct curl_slist *c = t->fixed; c != NULL; c = c->next)
        SET(CURLOPT_COOKIELIST, c->data); /* these count */
#undef SET
    return (int)rc;
}
