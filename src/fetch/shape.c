#include "fetch/shape.h"

#include <curl/curl.h>
#include <limits.h>
#include <openssl/evp.h>
#include <string.h>

#include "base/buf.h"
#include "fetch/backoff.h"

/* A text with its length, so that neighbours cannot run into each other. */
static void add_text(struct gn_buf *b, const char *text)
{
    if (text != NULL)
        gn_buf_printf(b, "%zu:%s", strlen(text), text);
    gn_buf_byte(b, ',');
}

bool gn_shape_name(const struct gn_request *r, bool secure,
                   struct gn_shape *shape)
{
    const struct gn_fetch_limits *limits = &r->limits;
    const char *const texts[] = {
        r->method, r->user_agent,   r->proxy,    r->user,    r->cert,
        r->key,    r->key_password, r->password, r->ca_file, r->route.interface,
    };
    struct gn_buf b = {0};
    bool done;

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        add_text(&b, texts[i]);
    gn_buf_printf(&b, "%d %d %d %lld %lld %lld %d %d %d %d %d %d %d",
                  r->insecure, secure, r->body != NULL,
                  (long long)limits->connect_ms, (long long)limits->total_ms,
                  (long long)limits->max_body_bytes, limits->max_redirects,
                  r->one_hop, r->login, r->least_tls, r->keeps_cookies,
                  r->route.ip, r->route.http);
    done = !gn_buf_failed(&b) &&
           EVP_Digest(b.data, b.size, shape->id, NULL, EVP_sha256(), NULL) == 1;
    gn_buf_fini(&b);
    return done;
}

bool gn_shape_leaves_traces(const struct gn_request *r)
{
    return r->keeps_cookies || r->login == GN_LOGIN_DIGEST;
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

static void set_method(struct setter *s, const struct gn_request *r)
{
    bool plain = r->method == NULL || strcmp(r->method, "GET") == 0;
    bool post = r->method == NULL || strcmp(r->method, "POST") == 0;

    /* The order matters: setting the body, even to none, makes it a POST. */
    set_pointer(s, CURLOPT_POSTFIELDS, NULL);
    set_number(s, CURLOPT_HTTPGET, 1);
    set_pointer(s, CURLOPT_CUSTOMREQUEST, NULL);
    if (r->body != NULL) {
        set_number(s, CURLOPT_POST, 1);
        if (!post)
            set_pointer(s, CURLOPT_CUSTOMREQUEST, r->method);
    } else if (!plain && strcmp(r->method, "HEAD") == 0) {
        set_number(s, CURLOPT_NOBODY, 1);
    } else if (!plain) {
        set_pointer(s, CURLOPT_CUSTOMREQUEST, r->method);
    }
}

bool gn_shape_proxied(const struct gn_request *r,
                      const struct gn_proxies *proxies)
{
    return r->proxy != NULL ? r->proxy[0] != '\0' : proxies->any;
}

static void set_proxy(struct setter *s, const struct gn_request *r,
                      const struct gn_proxies *proxies)
{
    /* NULL makes libcurl ask the environment, at each transfer. */
    set_pointer(s, CURLOPT_PROXY,
                r->proxy != NULL || proxies->any ? r->proxy : "");
    set_pointer(s, CURLOPT_NOPROXY, proxies->without);
}

static void set_trust(struct setter *s, const struct gn_request *r)
{
    const curl_version_info_data *built = curl_version_info(CURLVERSION_NOW);
    const char *file = r->ca_file != NULL ? r->ca_file : built->cainfo;

    set_number(s, CURLOPT_SSL_VERIFYPEER, !r->insecure);
    set_number(s, CURLOPT_SSL_VERIFYHOST, r->insecure ? 0 : 2);
    /* A NULL would not bring back the system's certificates. Of its file and
     * its folder, which hold the same ones, only the file's are read once and
     * kept (20 ms of CPU for each new connection otherwise), and only when no
     * folder is named. */
    set_pointer(s, CURLOPT_CAINFO, file);
    set_pointer(s, CURLOPT_CAPATH, file != NULL ? NULL : built->capath);
}

static void set_own_certificate(struct setter *s, const struct gn_request *r)
{
    set_pointer(s, CURLOPT_SSLCERT, r->cert);
    set_pointer(s, CURLOPT_SSLKEY, r->key);
    set_pointer(s, CURLOPT_KEYPASSWD, r->key_password);
    /* Older ones are broken (RFC 8996), whatever the system's OpenSSL allows.
     */
    set_number(s, CURLOPT_SSLVERSION,
               r->least_tls == 13 ? CURL_SSLVERSION_TLSv1_3
                                  : CURL_SSLVERSION_TLSv1_2);
}

static void set_login(struct setter *s, const struct gn_request *r)
{
    static const unsigned long kinds[] = {
        [GN_LOGIN_NONE] = CURLAUTH_BASIC,
        [GN_LOGIN_BASIC] = CURLAUTH_BASIC,
        [GN_LOGIN_DIGEST] = CURLAUTH_DIGEST,
        [GN_LOGIN_BEARER] = CURLAUTH_BEARER,
    };
    const bool bearer = r->login == GN_LOGIN_BEARER;

    set_number(s, CURLOPT_HTTPAUTH, (long)kinds[r->login]);
    set_pointer(s, CURLOPT_USERNAME, r->user);
    set_pointer(s, CURLOPT_PASSWORD, bearer ? NULL : r->password);
    set_pointer(s, CURLOPT_XOAUTH2_BEARER, bearer ? r->password : NULL);
}

static void set_route(struct setter *s, const struct gn_route *route)
{
    set_number(s, CURLOPT_IPRESOLVE,
               route->ip == 4   ? CURL_IPRESOLVE_V4
               : route->ip == 6 ? CURL_IPRESOLVE_V6
                                : CURL_IPRESOLVE_WHATEVER);
    set_pointer(s, CURLOPT_INTERFACE, route->interface);
    set_number(s, CURLOPT_HTTP_VERSION,
               route->http == 1 ? CURL_HTTP_VERSION_1_1
                                : CURL_HTTP_VERSION_2TLS);
}

static void set_limits(struct setter *s, const struct gn_request *r)
{
    const struct gn_fetch_limits *limits = &r->limits;

    set_number(s, CURLOPT_CONNECTTIMEOUT_MS, clamp(limits->connect_ms));
    set_number(s, CURLOPT_TIMEOUT_MS, clamp(limits->total_ms));
    set_big(s, CURLOPT_MAXFILESIZE_LARGE, limits->max_body_bytes);
    set_number(s, CURLOPT_FOLLOWLOCATION,
               limits->max_redirects >= 0 && !r->one_hop);
    set_number(s, CURLOPT_MAXREDIRS, limits->max_redirects);
}

/* A request that may not be sent twice gets a connection of its own: on one
 * that the server closes meanwhile libcurl would send it again by itself. */
static void set_connection(struct setter *s, const struct gn_request *r)
{
    const bool own = !gn_backoff_idempotent(r->method, r->body != NULL);

    set_number(s, CURLOPT_FRESH_CONNECT, own);
    set_number(s, CURLOPT_FORBID_REUSE, own);
}

int gn_shape_set(const struct gn_request *r, bool secure,
                 const struct gn_proxies *proxies, void *easy)
{
    struct setter s = {easy, CURLE_OK};

    set_method(&s, r);
    set_proxy(&s, r, proxies);
    set_trust(&s, r);
    set_own_certificate(&s, r);
    set_login(&s, r);
    if (r->keeps_cookies)
        set_pointer(&s, CURLOPT_COOKIEFILE, ""); /* no file: the engine */
    set_route(&s, &r->route);
    set_limits(&s, r);
    set_connection(&s, r);
    set_pointer(&s, CURLOPT_USERAGENT,
                r->user_agent != NULL ? r->user_agent : "garner/" GN_VERSION);
    /* Over TLS a new connection is worth waiting for: it may turn out to take
     * many requests at once (HTTP/2). Without TLS it cannot. */
    set_number(&s, CURLOPT_PIPEWAIT, secure);
    return (int)s.rc;
}
