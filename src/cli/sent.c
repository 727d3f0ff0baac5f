#include "cli/sent.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/mask.h"
#include "base/url.h"

/* A value of one line: whatever is in it stays there. */
static void say(struct gn_buf *out, const char *key, const char *text)
{
    gn_buf_printf(out, "%s\t", key);
    for (; *text != '\0'; text++)
        if (*text == '\n')
            gn_buf_byte(out, ' ');
        else
            gn_buf_byte(out, *text);
    gn_buf_byte(out, '\n');
}

static const char *method_of(const struct gn_request *r)
{
    if (r->method != NULL)
        return r->method;
    return r->body != NULL ? "POST" : "GET";
}

static void say_method(const struct gn_source *source, const char *url,
                       struct gn_buf *out)
{
    const char *method = method_of(&source->request);
    struct gn_buf line = {0};

    if (source->crawl != NULL)
        gn_buf_printf(&line, "%s %s, and what it leads to", method, url);
    else if (source->urls.sql != NULL)
        gn_buf_printf(&line, "%s, of each URL that this gives: %s", method,
                      url);
    else if (source->urls.file != NULL)
        gn_buf_printf(&line, "%s, of each URL in %s", method, url);
    else
        gn_buf_printf(&line, "%s %s", method, url);
    say(out, "sends", gn_buf_cstr(&line));
    out->failed = out->failed || gn_buf_failed(&line);
    gn_buf_fini(&line);
}

static bool is_header(const char *line, const char *name)
{
    const size_t size = strlen(name);

    return strncasecmp(line, name, size) == 0 && line[size] == ':';
}

/* A header that is likely to hold what others should not see is told without
 * its value, secret or not. */
static bool is_private(const char *line)
{
    return is_header(line, "Authorization") ||
           is_header(line, "Proxy-Authorization") || is_header(line, "Cookie");
}

/* A line without what may not be told. */
static void say_header(const struct gn_request *r, const char *line,
                       struct gn_buf *out)
{
    struct gn_buf told = {0};

    if (is_private(line))
        gn_buf_printf(&told, "%.*s: ***", (int)strcspn(line, ":"), line);
    else
        gn_mask(&told, line, r->secrets, 1);
    say(out, "", gn_buf_cstr(&told));
    out->failed = out->failed || gn_buf_failed(&told);
    gn_buf_fini(&told);
}

static void say_headers(const struct gn_request *r, struct gn_buf *out)
{
    bool has_agent = r->user_agent == NULL;
    struct gn_buf agent = {0};

    for (const char *const *h = r->headers; h != NULL && *h != NULL; h++) {
        has_agent = has_agent || is_header(*h, "User-Agent");
        say_header(r, *h, out);
    }
    if (!has_agent) {
        gn_buf_printf(&agent, "User-Agent: %s", r->user_agent);
        say_header(r, gn_buf_cstr(&agent), out);
        out->failed = out->failed || gn_buf_failed(&agent);
    }
    gn_buf_fini(&agent);
}

static bool logs_in_by_url(const char *url)
{
    struct gn_url parts;

    return url != NULL && gn_url_split(url, &parts, NULL) == GARNER_OK &&
           (parts.user.size > 0 || parts.password.size > 0);
}

static void say_login(const struct gn_request *r, struct gn_buf *out)
{
    if (r->login == GN_LOGIN_BASIC)
        say(out, "", "Authorization: *** (basic)");
    else if (r->login == GN_LOGIN_DIGEST)
        say(out, "", "Authorization: *** (digest), when the server asks");
    else if (r->login == GN_LOGIN_BEARER)
        say(out, "", "Authorization: *** (bearer)");
    else if (logs_in_by_url(r->url))
        say(out, "", "Authorization: *** (basic, as the URL says)");
    if (r->cookies != NULL)
        say(out, "", "Cookie: ***");
    if (r->keeps_cookies)
        say(out, "", "Cookie: those that servers have set");
}

static void say_version(const struct gn_sent *known, struct gn_buf *out)
{
    struct gn_buf line = {0};

    if (known->etag[0] != '\0') {
        gn_buf_printf(&line, "If-None-Match: %s", known->etag);
        say(out, "", gn_buf_cstr(&line));
        gn_buf_clear(&line);
    }
    if (known->modified[0] != '\0') {
        gn_buf_printf(&line, "If-Modified-Since: %s", known->modified);
        say(out, "", gn_buf_cstr(&line));
    }
    out->failed = out->failed || gn_buf_failed(&line);
    gn_buf_fini(&line);
}

void gn_sent_tell(const struct gn_source *source, const struct gn_sent *known,
                  struct gn_buf *out)
{
    const struct gn_request *r = &source->request;

    say_method(source, known->url, out);
    say_headers(r, out);
    say_login(r, out);
    if (!source->unconditional)
        say_version(known, out);
    if (r->body != NULL)
        gn_buf_printf(out, "\tand %zu bytes\n", r->body_size);
}
