#include "fetch/target.h"

#include <curl/curl.h>
#include <limits.h>
#include <openssl/evp.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/mask.h"
#include "base/mem.h"
#include "base/url.h"

/* Headers that make a request conditional, or one for a part. */
static const char *const conditions[] = {
    "if-none-match",       "if-modified-since", "if-match",
    "if-unmodified-since", "if-range",          "range",
};

/* constant once made, but for asking */
struct gn_target {
    CURLU *parsed;
    char *url;      /* without user, password and secrets */
    char **secrets; /* NULL at the end; NULL: none */
    struct curl_slist *headers;
    struct curl_slist *asking; /* a condition, and behind it headers; NULL: for
                                  any version */
    bool has_condition;        /* of its own */
    char *method;              /* NULL: GET, or POST with a body */
    char *body;                /* NULL: none */
    size_t body_size;
    char *user_agent; /* NULL: ours */
    char *proxy;      /* NULL: from the environment */
    char *ca_file;    /* NULL: the system's */
    bool insecure;
    bool secure; /* https */
    struct gn_fetch_limits limits;
    struct gn_limiter *limiter; /* borrowed; NULL: none */
    struct gn_shape shape;      /* of all that targets of one kind share */
};

static enum garner_code no_memory(struct garner_error *err)
{
    return gn_fail(err, GARNER_NOMEM, "out of memory for a request");
}

/* Sets t->url from t->parsed. */
static enum garner_code write_url(struct gn_target *t, struct garner_error *err)
{
    CURLU *bare = curl_url_dup(t->parsed);
    struct gn_buf shown = {0};
    char *text = NULL;

    if (bare != NULL &&
        curl_url_set(bare, CURLUPART_USER, NULL, 0) == CURLUE_OK &&
        curl_url_set(bare, CURLUPART_PASSWORD, NULL, 0) == CURLUE_OK &&
        curl_url_get(bare, CURLUPART_URL, &text, 0) == CURLUE_OK)
        gn_target_hide_url(t, text, &shown);
    t->url = gn_buf_take(&shown);
    curl_free(text);
    curl_url_cleanup(bare);
    return t->url != NULL ? GARNER_OK : no_memory(err);
}

static enum garner_code parse_url(struct gn_target *t, const char *url,
                                  struct garner_error *err)
{
    enum garner_code code;
    struct gn_url split;
    CURLUcode rc;

    code = gn_url_split(url != NULL ? url : "", &split, err);
    if (code != GARNER_OK)
        return code;
    t->secure = split.scheme.size == 5; /* https */
    t->parsed = curl_url();
    if (t->parsed == NULL)
        return no_memory(err);
    rc = curl_url_set(t->parsed, CURLUPART_URL, url, 0);
    if (rc == CURLUE_OUT_OF_MEMORY)
        return no_memory(err);
    if (rc != CURLUE_OK)
        return gn_fail(err, GARNER_INVALID, "URL cannot be used: %s",
                       curl_url_strerror(rc));
    return write_url(t, err);
}

/* Methods of which servers expect a body, if an empty one. */
static bool wants_body(const char *method)
{
    return method != NULL &&
           (strcmp(method, "POST") == 0 || strcmp(method, "PUT") == 0 ||
            strcmp(method, "PATCH") == 0);
}

static enum garner_code copy_body(struct gn_target *t,
                                  const struct gn_request *request,
                                  struct garner_error *err)
{
    if (request->body == NULL && !wants_body(t->method))
        return GARNER_OK;
    GN_CHECK(request->body != NULL || request->body_size == 0);
    t->body = gn_memdup(request->body, request->body_size);
    t->body_size = request->body_size;
    return t->body != NULL ? GARNER_OK : no_memory(err);
}

static bool is_condition(const char *line, size_t name_size)
{
    for (size_t i = 0; i < sizeof conditions / sizeof conditions[0]; i++)
        if (strlen(conditions[i]) == name_size &&
            strncasecmp(line, conditions[i], name_size) == 0)
            return true;
    return false;
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
        t->has_condition || is_condition(line, (size_t)(colon - line));
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

/* text as *copy, unless it is NULL. */
static enum garner_code copy_text(char **copy, const char *text,
                                  struct garner_error *err)
{
    *copy = text != NULL ? gn_strdup(text) : NULL;
    return *copy != NULL || text == NULL ? GARNER_OK : no_memory(err);
}

static enum garner_code copy_texts(struct gn_target *t,
                                   const struct gn_request *request,
                                   struct garner_error *err)
{
    enum garner_code code = copy_text(&t->method, request->method, err);

    if (code == GARNER_OK)
        code = copy_text(&t->user_agent, request->user_agent, err);
    if (code == GARNER_OK)
        code = copy_text(&t->proxy, request->proxy, err);
    if (code == GARNER_OK)
        code = copy_text(&t->ca_file, request->ca_file, err);
    return code;
}

static enum garner_code copy_secrets(struct gn_target *t,
                                     const char *const *secrets,
                                     struct garner_error *err)
{
    enum garner_code code = GARNER_OK;
    size_t count = 0;

    while (secrets != NULL && secrets[count] != NULL)
        count++;
    if (count == 0)
        return GARNER_OK;
    t->secrets = gn_alloc((count + 1) * sizeof(char *));
    if (t->secrets == NULL)
        return no_memory(err);
    for (size_t i = 0; i < count && code == GARNER_OK; i++)
        code = copy_text(&t->secrets[i], secrets[i], err);
    return code;
}

/* A text with its length, so that neighbours cannot run into each other. */
static void add_text(struct gn_buf *b, const char *text)
{
    if (text != NULL)
        gn_buf_printf(b, "%zu:%s", strlen(text), text);
    gn_buf_byte(b, ',');
}

/* Names, by a hash, the options that set_shape sets. */
static enum garner_code name_shape(struct gn_target *t,
                                   struct garner_error *err)
{
    const struct gn_fetch_limits *limits = &t->limits;
    struct gn_buf b = {0};
    bool done;

    add_text(&b, t->method);
    add_text(&b, t->user_agent);
    add_text(&b, t->proxy);
    add_text(&b, t->ca_file);
    gn_buf_printf(&b, "%d %d %d %lld %lld %lld %d", t->insecure, t->secure,
                  t->body != NULL, (long long)limits->connect_ms,
                  (long long)limits->total_ms,
                  (long long)limits->max_body_bytes, limits->max_redirects);
    done = !gn_buf_failed(&b) && EVP_Digest(b.data, b.size, t->shape.id, NULL,
                                            EVP_sha256(), NULL) == 1;
    gn_buf_fini(&b);
    return done ? GARNER_OK : no_memory(err);
}

enum garner_code gn_target_new(const struct gn_request *request,
                               struct gn_target **out, struct garner_error *err)
{
    enum garner_code code;
    struct gn_target *t;

    *out = NULL;
    t = gn_alloc(sizeof *t);
    if (t == NULL)
        return no_memory(err);
    t->insecure = request->insecure;
    code = gn_request_check(request, &t->limits, err);
    if (code == GARNER_OK)
        code = copy_secrets(t, request->secrets, err);
    if (code == GARNER_OK)
        code = parse_url(t, request->url, err);
    if (code == GARNER_OK)
        code = copy_headers(t, request->headers, err);
    if (code == GARNER_OK)
        code = copy_texts(t, request, err);
    if (code == GARNER_OK)
        code = copy_body(t, request, err);
    if (code == GARNER_OK)
        code = name_shape(t, err);
    if (code == GARNER_OK)
        *out = t;
    else
        gn_target_free(t);
    return code;
}

bool gn_target_may_ask_if(const struct gn_target *t)
{
    return !t->has_condition && t->body == NULL &&
           (t->method == NULL || strcmp(t->method, "GET") == 0);
}

/* Frees the condition, not the headers behind it. */
static void drop_condition(struct gn_target *t)
{
    struct curl_slist *last = t->asking;

    while (last != NULL && last->next != t->headers)
        last = last->next;
    if (last != NULL)
        last->next = NULL;
    curl_slist_free_all(t->asking);
    t->asking = NULL;
}

/* Appends "name: value" to t->asking, unless value is NULL. */
static bool add_condition(struct gn_target *t, const char *name,
                          const char *value)
{
    struct gn_buf line = {0};
    struct curl_slist *list = NULL;

    if (value == NULL)
        return true;
    gn_buf_printf(&line, "%s: %s", name, value);
    if (!gn_buf_failed(&line))
        list = curl_slist_append(t->asking, gn_buf_cstr(&line));
    gn_buf_fini(&line);
    if (list != NULL)
        t->asking = list;
    return list != NULL;
}

bool gn_target_ask_if(struct gn_target *t, const struct gn_validators *v)
{
    struct curl_slist *last;

    drop_condition(t);
    if (v == NULL)
        return true;
    if (!add_condition(t, "If-None-Match", v->etag) ||
        !add_condition(t, "If-Modified-Since", v->modified)) {
        curl_slist_free_all(t->asking);
        t->asking = NULL;
        return false;
    }
    last = t->asking;
    while (last != NULL && last->next != NULL)
        last = last->next;
    if (last != NULL)
        last->next = t->headers;
    return true;
}

void gn_target_free(struct gn_target *t)
{
    if (t == NULL)
        return;
    drop_condition(t);
    curl_url_cleanup(t->parsed);
    curl_slist_free_all(t->headers);
    for (char **s = t->secrets; s != NULL && *s != NULL; s++)
        gn_free(*s);
    gn_free(t->secrets);
    gn_free(t->url);
    gn_free(t->method);
    gn_free(t->body);
    gn_free(t->user_agent);
    gn_free(t->proxy);
    gn_free(t->ca_file);
    gn_free(t);
}

const char *gn_target_url(const struct gn_target *t)
{
    return t->url;
}

bool gn_target_hides(const struct gn_target *t)
{
    return t->secrets != NULL;
}

void gn_target_hide_url(const struct gn_target *t, const char *url,
                        struct gn_buf *out)
{
    gn_mask_url(out, url, (const char *const *)t->secrets);
}

void gn_target_hide(const struct gn_target *t, const char *text,
                    struct gn_buf *out)
{
    gn_mask(out, text, (const char *const *)t->secrets, GN_MASK_LONG);
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
    return &t->limits;
}

/* A row of options set; the first refusal stays in rc. */
struct setter {
    CURL *easy;
    CURLcode rc;
};

static void set_number(struct setter *s, CURLoption option, long value)
{
    if (s->rc == CURLE_OK)
        s->rc = curl_easy_setopt(s->easy, option, value);
}

static void set_big(struct setter *s, CURLoption option, curl_off_t value)
{
    if (s->rc == CURLE_OK)
        s->rc = curl_easy_setopt(s->easy, option, value);
}

static void set_pointer(struct setter *s, CURLoption option, const void *value)
{
    if (s->rc == CURLE_OK)
        s->rc = curl_easy_setopt(s->easy, option, value);
}

static long clamp(int64_t value)
{
    return value > INT_MAX ? INT_MAX : (long)value;
}

static void set_method(struct setter *s, const struct gn_target *t)
{
    bool plain = t->method == NULL || strcmp(t->method, "GET") == 0;
    bool post = t->method == NULL || strcmp(t->method, "POST") == 0;

    /* The order matters: setting the body, even to none, makes it a POST. */
    set_pointer(s, CURLOPT_POSTFIELDS, NULL);
    set_number(s, CURLOPT_HTTPGET, 1);
    set_pointer(s, CURLOPT_CUSTOMREQUEST, NULL);
    if (t->body != NULL) {
        set_number(s, CURLOPT_POST, 1);
        if (!post)
            set_pointer(s, CURLOPT_CUSTOMREQUEST, t->method);
    } else if (!plain && strcmp(t->method, "HEAD") == 0) {
        set_number(s, CURLOPT_NOBODY, 1);
    } else if (!plain) {
        set_pointer(s, CURLOPT_CUSTOMREQUEST, t->method);
    }
}

bool gn_target_proxied(const struct gn_target *t,
                       const struct gn_proxies *proxies)
{
    return t->proxy != NULL ? t->proxy[0] != '\0' : proxies->any;
}

static void set_proxy(struct setter *s, const struct gn_target *t,
                      const struct gn_proxies *proxies)
{
    /* NULL makes libcurl ask the environment, at each transfer. */
    set_pointer(s, CURLOPT_PROXY,
                t->proxy != NULL || proxies->any ? t->proxy : "");
    set_pointer(s, CURLOPT_NOPROXY, proxies->without);
}

static void set_trust(struct setter *s, const struct gn_target *t)
{
    const curl_version_info_data *built = curl_version_info(CURLVERSION_NOW);
    const char *file = t->ca_file != NULL ? t->ca_file : built->cainfo;

    set_number(s, CURLOPT_SSL_VERIFYPEER, !t->insecure);
    set_number(s, CURLOPT_SSL_VERIFYHOST, t->insecure ? 0 : 2);
    /* A NULL would not bring back the system's certificates. Of its file and
     * its folder, which hold the same ones, only the file's are read once and
     * kept (20 ms of CPU for each new connection otherwise), and only when no
     * folder is named. */
    set_pointer(s, CURLOPT_CAINFO, file);
    set_pointer(s, CURLOPT_CAPATH, file != NULL ? NULL : built->capath);
}

static void set_limits(struct setter *s, const struct gn_fetch_limits *limits)
{
    set_number(s, CURLOPT_CONNECTTIMEOUT_MS, clamp(limits->connect_ms));
    set_number(s, CURLOPT_TIMEOUT_MS, clamp(limits->total_ms));
    set_big(s, CURLOPT_MAXFILESIZE_LARGE, limits->max_body_bytes);
    set_number(s, CURLOPT_FOLLOWLOCATION, limits->max_redirects >= 0);
    set_number(s, CURLOPT_MAXREDIRS, limits->max_redirects);
}

static void set_shape(struct setter *s, const struct gn_target *t,
                      const struct gn_proxies *proxies)
{
    set_method(s, t);
    set_proxy(s, t, proxies);
    set_trust(s, t);
    set_limits(s, &t->limits);
    set_pointer(s, CURLOPT_USERAGENT,
                t->user_agent != NULL ? t->user_agent : "garner/" GN_VERSION);
    /* Over TLS a new connection is worth waiting for: it may turn out to take
     * many requests at once (HTTP/2). Without TLS it cannot. */
    set_number(s, CURLOPT_PIPEWAIT, t->secure);
}

int gn_target_apply(const struct gn_target *t, void *easy,
                    const struct gn_proxies *proxies, struct gn_shape *shape)
{
    struct setter s = {easy, CURLE_OK};

    if (memcmp(shape, &t->shape, sizeof *shape) != 0) {
        set_shape(&s, t, proxies);
        *shape = s.rc == CURLE_OK ? t->shape : (struct gn_shape){0};
    }
    /* libcurl may still hold the last target's URL as text. It fetches by the
     * CURLU alone, even again or by a proxy; to write the text anew would cost
     * 4 % of a fetch, and nobody reads it before a redirect replaces it. */
    set_pointer(&s, CURLOPT_CURLU, t->parsed);
    set_pointer(&s, CURLOPT_HTTPHEADER,
                t->asking != NULL ? t->asking : t->headers);
    if (t->body != NULL) {
        set_big(&s, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)t->body_size);
        set_pointer(&s, CURLOPT_POSTFIELDS, t->body);
    }
    return (int)s.rc;
}
