#include "fetch/kind.h"

#include <stddef.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"

/* The texts of a request that are copied as they are. */
static const size_t texts[] = {
    offsetof(struct gn_request, method),
    offsetof(struct gn_request, user_agent),
    offsetof(struct gn_request, proxy),
    offsetof(struct gn_request, cookies),
    offsetof(struct gn_request, user),
    offsetof(struct gn_request, password),
    offsetof(struct gn_request, ca_file),
    offsetof(struct gn_request, cert),
    offsetof(struct gn_request, key),
    offsetof(struct gn_request, key_password),
    offsetof(struct gn_request, route.interface),
};
enum { TEXTS = sizeof texts / sizeof texts[0] };

static char **text_of(const struct gn_request *r, size_t i)
{
    return (char **)(void *)((char *)r + texts[i]);
}

static enum garner_code no_memory(struct garner_error *err)
{
    return gn_fail(err, GARNER_NOMEM, "out of memory for a request");
}

/* An empty one, where servers expect one. */
static bool sends_body(const struct gn_request *r)
{
    const char *method = r->method != NULL ? r->method : "";

    return r->body != NULL || strcmp(method, "POST") == 0 ||
           strcmp(method, "PUT") == 0 || strcmp(method, "PATCH") == 0;
}

/* --- the same -------------------------------------------------------------
 */

static bool are_equal(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool go_alike(const struct gn_request *r, const struct curl_slist *lines)
{
    const char *const *line = r->route.connect_to;

    for (; line != NULL && *line != NULL && lines != NULL; line++) {
        if (strcmp(*line, lines->data) != 0)
            return false;
        lines = lines->next;
    }
    return lines == NULL && (line == NULL || *line == NULL);
}

static bool send_alike(const struct gn_request *a, const struct gn_request *b)
{
    return sends_body(a) == sends_body(b) && a->body_size == b->body_size &&
           (a->body_size == 0 || memcmp(a->body, b->body, a->body_size) == 0);
}

static bool are_bound_alike(const struct gn_fetch_limits *a,
                            const struct gn_fetch_limits *b)
{
    return a->connect_ms == b->connect_ms && a->total_ms == b->total_ms &&
           a->stall_ms == b->stall_ms &&
           a->max_body_bytes == b->max_body_bytes &&
           a->memory_bytes == b->memory_bytes && a->max_ratio == b->max_ratio &&
           a->max_redirects == b->max_redirects;
}

static bool are_led_alike(const struct gn_request *a,
                          const struct gn_request *b)
{
    return a->same_host == b->same_host && a->one_hop == b->one_hop &&
           a->public_only == b->public_only &&
           a->led_public_only == b->led_public_only &&
           a->route.ip == b->route.ip && a->route.http == b->route.http;
}

/* Whether r, with these limits, is of the kind. */
static bool is_of(const struct gn_request *r,
                  const struct gn_fetch_limits *limits,
                  const struct gn_kind *kind)
{
    const struct gn_request *k = &kind->request;

    for (size_t i = 0; i < TEXTS; i++)
        if (!are_equal(*text_of(r, i), *text_of(k, i)))
            return false;
    return r->keeps_cookies == k->keeps_cookies && r->login == k->login &&
           r->least_tls == k->least_tls && r->insecure == k->insecure &&
           are_led_alike(r, k) && are_bound_alike(limits, &k->limits) &&
           send_alike(r, k) && go_alike(r, kind->connect_to);
}

/* --- another one ----------------------------------------------------------
 */

static bool copy_body(struct gn_kind *kind, const struct gn_request *r)
{
    if (!sends_body(r))
        return true;
    GN_CHECK(r->body != NULL || r->body_size == 0);
    kind->request.body = gn_memdup(r->body, r->body_size);
    kind->request.body_size = r->body_size;
    return kind->request.body != NULL;
}

static bool copy_texts(struct gn_kind *kind, const struct gn_request *r)
{
    const char *const *line = r->route.connect_to;

    for (size_t i = 0; i < TEXTS; i++) {
        const char *text = *text_of(r, i);

        *text_of(&kind->request, i) = text != NULL ? gn_strdup(text) : NULL;
        if (text != NULL && *text_of(&kind->request, i) == NULL)
            return false;
    }
    for (; line != NULL && *line != NULL; line++) {
        struct curl_slist *list = curl_slist_append(kind->connect_to, *line);

        if (list == NULL)
            return false;
        kind->connect_to = list;
    }
    return true;
}

static void copy_plain(struct gn_request *copy, const struct gn_request *r)
{
    copy->insecure = r->insecure;
    copy->same_host = r->same_host;
    copy->one_hop = r->one_hop;
    copy->public_only = r->public_only;
    copy->led_public_only = r->led_public_only;
    copy->keeps_cookies = r->keeps_cookies;
    copy->login = r->login;
    copy->least_tls = r->least_tls;
    copy->route.ip = r->route.ip;
    copy->route.http = r->route.http;
}

enum garner_code gn_kind_get(const struct gn_request *request,
                             struct gn_kind *like, struct gn_kind **out,
                             struct garner_error *err)
{
    struct gn_fetch_limits limits;
    enum garner_code code = gn_request_check(request, &limits, err);
    struct gn_kind *kind;

    *out = NULL;
    if (code != GARNER_OK)
        return code;
    if (like != NULL && is_of(request, &limits, like)) {
        atomic_fetch_add_explicit(&like->holders, 1, memory_order_relaxed);
        *out = like;
        return GARNER_OK;
    }
    kind = gn_alloc(sizeof *kind);
    if (kind == NULL)
        return no_memory(err);
    atomic_init(&kind->holders, 1);
    kind->request.limits = limits;
    copy_plain(&kind->request, request);
    if (!copy_texts(kind, request) || !copy_body(kind, request) ||
        !gn_shape_name(&kind->request, false, &kind->plain) ||
        !gn_shape_name(&kind->request, true, &kind->secure)) {
        gn_kind_drop(kind);
        return no_memory(err);
    }
    *out = kind;
    return GARNER_OK;
}

void gn_kind_drop(struct gn_kind *kind)
{
    if (kind == NULL ||
        atomic_fetch_sub_explicit(&kind->holders, 1, memory_order_acq_rel) != 1)
        return;
    for (size_t i = 0; i < TEXTS; i++)
        gn_free(*text_of(&kind->request, i));
    gn_free((void *)kind->request.body);
    curl_slist_free_all(kind->connect_to);
    gn_free(kind);
}
