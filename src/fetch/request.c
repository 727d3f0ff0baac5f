#include "fetch/request.h"

#include <curl/curl.h>
#include <string.h>
#include <strings.h>

#include "base/error.h"

static const struct gn_fetch_limits defaults = {
    .connect_ms = 10000,
    .total_ms = 60000,
    .stall_ms = 20000,
    .max_body_bytes = 64 << 20,
    .memory_bytes = 1 << 20,
    .max_redirects = 10,
};

/* A token's character (RFC 9110, 5.6.2): no space, no control, no delimiter. */
static bool is_token(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)text[i];

        if (c <= ' ' || c >= 127 || strchr("()<>@,;:\\\"/[]?={}", c) != NULL)
            return false;
    }
    return size > 0;
}

/* A value that cannot end its line and begin another. */
static bool is_value(const char *text)
{
    for (; *text != '\0'; text++)
        if (((unsigned char)*text < ' ' && *text != '\t') || *text == 127)
            return false;
    return true;
}

static enum garner_code check_method(const struct gn_request *request,
                                     struct garner_error *err)
{
    const char *method = request->method;

    if (method == NULL)
        return GARNER_OK;
    if (!is_token(method, strlen(method)) || strcmp(method, "CONNECT") == 0)
        return gn_fail(err, GARNER_INVALID,
                       "the method '%.40s' cannot be used; GET, HEAD, POST, "
                       "PUT, PATCH and DELETE can",
                       method);
    if (strcmp(method, "HEAD") == 0 && request->body != NULL)
        return gn_fail(err, GARNER_INVALID,
                       "a HEAD request takes no body; drop one of them");
    return GARNER_OK;
}

static enum garner_code check_header(const char *line, struct garner_error *err)
{
    const char *colon = strchr(line, ':');

    if (colon == NULL || !is_token(line, (size_t)(colon - line)))
        return gn_fail(err, GARNER_INVALID,
                       "a header is not 'Name: value' (a name of letters, "
                       "digits and dashes, a colon, the value)");
    if (!is_value(colon + 1))
        return gn_fail(err, GARNER_INVALID,
                       "the header '%.*s' has a line break or control "
                       "character in its value; remove it",
                       (int)(colon - line), line);
    return GARNER_OK;
}

static enum garner_code check_headers(const char *const *headers,
                                      struct garner_error *err)
{
    enum garner_code code = GARNER_OK;

    for (; headers != NULL && *headers != NULL && code == GARNER_OK; headers++)
        code = check_header(*headers, err);
    return code;
}

static enum garner_code check_line(const char *name, const char *text,
                                   struct garner_error *err)
{
    if (text == NULL || is_value(text))
        return GARNER_OK;
    return gn_fail(err, GARNER_INVALID,
                   "the %s has a line break or control character in it; remove "
                   "it",
                   name);
}

/* name has its colon. */
static bool has_header(const struct gn_request *request, const char *name)
{
    const char *const *header = request->headers;

    for (; header != NULL && *header != NULL; header++)
        if (strncasecmp(*header, name, strlen(name)) == 0)
            return true;
    return false;
}

static enum garner_code check_cookies(const struct gn_request *request,
                                      struct garner_error *err)
{
    if ((request->cookies != NULL || request->keeps_cookies) &&
        has_header(request, "cookie:"))
        return gn_fail(err, GARNER_INVALID,
                       "there are cookies, and a header Cookie; drop one of "
                       "them");
    return check_line("cookies", request->cookies, err);
}

static enum garner_code check_login(const struct gn_request *request,
                                    struct garner_error *err)
{
    enum garner_code code = check_line("user name", request->user, err);

    if (code == GARNER_OK)
        code = check_line("password or token", request->password, err);
    if (code != GARNER_OK || request->login == GN_LOGIN_NONE)
        return code;
    if (request->password == NULL ||
        (request->login != GN_LOGIN_BEARER &&
         (request->user == NULL || strchr(request->user, ':') != NULL)))
        return gn_fail(err, GARNER_INVALID,
                       "a login needs a user, without a colon, and a password; "
                       "or a token");
    if (has_header(request, "authorization:"))
        return gn_fail(err, GARNER_INVALID,
                       "there is a login, and a header Authorization; drop one "
                       "of them");
    return GARNER_OK;
}

static enum garner_code check_tls(const struct gn_request *request,
                                  struct garner_error *err)
{
    if (request->cert == NULL &&
        (request->key != NULL || request->key_password != NULL))
        return gn_fail(err, GARNER_INVALID,
                       "there is a key without its certificate; name that, "
                       "too");
    if (request->least_tls != 0 && request->least_tls != 12 &&
        request->least_tls != 13)
        return gn_fail(err, GARNER_INVALID,
                       "the least version of TLS is 1.2 or 1.3");
    return GARNER_OK;
}

/* "host:port:address:port", of which the first two may be left empty. */
static bool is_route(const char *line)
{
    const char *at = line;
    int parts = 0;

    for (; is_value(line) && parts < 3; parts++) {
        const char *end = *at == '[' ? strchr(at, ']') : at;

        at = end != NULL ? strchr(end, ':') : NULL;
        if (at == NULL)
            return false;
        at++;
    }
    return parts == 3;
}

static enum garner_code check_route(const struct gn_route *route,
                                    struct garner_error *err)
{
    const char *const *line = route->connect_to;

    if ((route->ip != 0 && route->ip != 4 && route->ip != 6) ||
        route->http < 0 || route->http > 2)
        return gn_fail(err, GARNER_INVALID,
                       "the version of IP is 4 or 6, that of HTTP 1 or 2");
    for (; line != NULL && *line != NULL; line++)
        if (!is_route(*line))
            return gn_fail(err, GARNER_INVALID,
                           "'%.80s' does not say where to connect to; write "
                           "HOST:PORT and an address",
                           *line);
    return check_line("interface", route->interface, err);
}

/* "" is no proxy at all. */
static enum garner_code check_proxy(const char *proxy, struct garner_error *err)
{
    static const char *const schemes[] = {"http",    "https",  "socks4",
                                          "socks4a", "socks5", "socks5h"};
    CURLU *parsed;
    char *scheme = NULL;
    bool known = false;

    if (proxy == NULL || *proxy == '\0')
        return GARNER_OK;
    parsed = curl_url();
    if (parsed == NULL)
        return gn_fail(err, GARNER_NOMEM, "out of memory for a request");
    /* Without a scheme it is an HTTP proxy, whatever its name looks like. */
    if (strstr(proxy, "://") == NULL)
        known = curl_url_set(parsed, CURLUPART_URL, proxy,
                             CURLU_GUESS_SCHEME) == CURLUE_OK;
    else if (curl_url_set(parsed, CURLUPART_URL, proxy,
                          CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK &&
             curl_url_get(parsed, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK)
        for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++)
            known = known || strcmp(scheme, schemes[i]) == 0;
    curl_free(scheme);
    curl_url_cleanup(parsed);
    if (known)
        return GARNER_OK;
    return gn_fail(err, GARNER_INVALID,
                   "the proxy cannot be used; write http://host:port, or "
                   "socks5h://host:port");
}

static enum garner_code fill_limits(const struct gn_fetch_limits *limits,
                                    struct gn_fetch_limits *filled,
                                    struct garner_error *err)
{
    *filled = *limits;
    if (limits->connect_ms < 0 || limits->total_ms < 0 ||
        limits->stall_ms < 0 || limits->max_body_bytes < 0 ||
        limits->memory_bytes < 0 || limits->max_ratio < 0 ||
        limits->max_redirects < -1)
        return gn_fail(err, GARNER_INVALID,
                       "a limit of the request is negative; 0 is its default");
    if (limits->connect_ms == 0)
        filled->connect_ms = defaults.connect_ms;
    if (limits->total_ms == 0)
        filled->total_ms = defaults.total_ms;
    if (limits->stall_ms == 0)
        filled->stall_ms = defaults.stall_ms;
    if (limits->max_body_bytes == 0)
        filled->max_body_bytes = defaults.max_body_bytes;
    if (limits->memory_bytes == 0)
        filled->memory_bytes = defaults.memory_bytes;
    if (limits->max_redirects == 0)
        filled->max_redirects = defaults.max_redirects;
    return GARNER_OK;
}

enum garner_code gn_request_check(const struct gn_request *request,
                                  struct gn_fetch_limits *limits,
                                  struct garner_error *err)
{
    enum garner_code code = check_method(request, err);

    if (code == GARNER_OK)
        code = check_headers(request->headers, err);
    if (code == GARNER_OK)
        code = check_line("user agent", request->user_agent, err);
    if (code == GARNER_OK)
        code = check_cookies(request, err);
    if (code == GARNER_OK)
        code = check_login(request, err);
    if (code == GARNER_OK)
        code = check_tls(request, err);
    if (code == GARNER_OK)
        code = check_route(&request->route, err);
    if (code == GARNER_OK)
        code = check_proxy(request->proxy, err);
    if (code == GARNER_OK)
        code = fill_limits(&request->limits, limits, err);
    return code;
}
