#include "cli/curl_line.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/url.h"
#include "cli/curl_flags.h"
#include "cli/curl_glob.h"
#include "import/draft.h"
#include "import/words.h"

static void add_headers(struct gn_draft *d, const struct gn_request *r,
                        const struct gn_curl_flags *flags)
{
    char range[80];

    if ((r->headers == NULL || r->headers[0] == NULL) && r->cookies == NULL &&
        flags->range == NULL)
        return;
    gn_draft_open(d, 2, "headers");
    if (flags->range != NULL) {
        snprintf(range, sizeof range, "bytes=%.60s", flags->range);
        gn_draft_text(d, 3, "Range", range);
    }
    if (r->cookies != NULL) /* as -b says it: no other host is told */
        gn_draft_text(d, 3, "Cookie", r->cookies);
    for (const char *const *line = r->headers; line != NULL && *line != NULL;
         line++) {
        const size_t n = strcspn(*line, ":");
        const char *value = *line + n + ((*line)[n] == ':');
        char name[200];

        snprintf(name, sizeof name, "%.*s", (int)n, *line);
        gn_draft_text(d, 3, name, value + strspn(value, " "));
    }
}

static void add_times(struct gn_draft *d, const struct gn_fetch_limits *limits)
{
    char text[40];

    if (limits->connect_ms == 0 && limits->total_ms == 0)
        return;
    gn_draft_open(d, 2, "timeout");
    if (limits->connect_ms != 0) {
        snprintf(text, sizeof text, "%" PRId64 "ms", limits->connect_ms);
        gn_draft_text(d, 3, "connect", text);
    }
    if (limits->total_ms != 0) {
        snprintf(text, sizeof text, "%" PRId64 "ms", limits->total_ms);
        gn_draft_text(d, 3, "total", text);
    }
}

static void add_login(struct gn_draft *d, const struct gn_request *r)
{
    if (r->login == GN_LOGIN_NONE)
        return;
    gn_draft_open(d, 2, "auth");
    if (r->login == GN_LOGIN_BEARER) {
        gn_draft_text(d, 3, "bearer", r->password);
        return;
    }
    gn_draft_open(d, 3, r->login == GN_LOGIN_DIGEST ? "digest" : "basic");
    gn_draft_text(d, 4, "user", r->user);
    gn_draft_text(d, 4, "password", r->password);
}

static void add_tls(struct gn_draft *d, const struct gn_request *r)
{
    if (!r->insecure && r->ca_file == NULL && r->cert == NULL &&
        r->least_tls == 0)
        return;
    gn_draft_open(d, 2, "tls");
    if (r->insecure)
        gn_draft_plain(d, 3, "insecure", "true");
    if (r->ca_file != NULL)
        gn_draft_text(d, 3, "ca_file", r->ca_file);
    if (r->cert != NULL)
        gn_draft_text(d, 3, "cert", r->cert);
    if (r->key != NULL)
        gn_draft_text(d, 3, "key", r->key);
    if (r->key_password != NULL)
        gn_draft_text(d, 3, "key_password", r->key_password);
    if (r->least_tls != 0)
        gn_draft_plain(d, 3, "min", r->least_tls == 13 ? "1.3" : "1.2");
}

/* "host:port:address:port" as "host:port": address */
static void add_place(struct gn_draft *d, const char *line)
{
    const char *host = *line == '[' ? strchr(line, ']') : line;
    const char *port = host != NULL ? strchr(host, ':') : NULL;
    const char *to = port != NULL ? strchr(port + 1, ':') : NULL;
    const char *end = strrchr(line, ':');
    char place[300];
    char address[300];

    if (to == NULL || end <= to)
        return;
    to++;
    if (*to == '[') { /* brackets are the line's, not the address's */
        to++;
        end--;
    }
    snprintf(place, sizeof place, "%.*s", (int)(strchr(port + 1, ':') - line),
             line);
    snprintf(address, sizeof address, "%.*s", (int)(end - to), to);
    gn_draft_text(d, 3, place, address);
}

static void add_route(struct gn_draft *d, const struct gn_route *route)
{
    const char *const *line = route->connect_to;

    if (route->ip != 0)
        gn_draft_plain(d, 2, "ip", route->ip == 4 ? "4" : "6");
    if (route->http != 0)
        gn_draft_plain(d, 2, "http", route->http == 1 ? "1.1" : "2");
    if (route->interface != NULL)
        gn_draft_text(d, 2, "interface", route->interface);
    if (line != NULL && *line != NULL)
        gn_draft_open(d, 2, "resolve");
    for (; line != NULL && *line != NULL; line++)
        add_place(d, *line);
}

/* How often it is tried again, and how fast bodies come. */
static void add_manners(struct gn_draft *d, const struct gn_curl_flags *flags)
{
    char text[40];

    if (flags->retry != NULL &&
        strspn(flags->retry, "0") < strlen(flags->retry)) {
        gn_draft_open(d, 2, "retry");
        gn_draft_plain(d, 3, "times", flags->retry);
        if (flags->retry_delay_ms > 0) {
            snprintf(text, sizeof text, "%" PRId64 "ms", flags->retry_delay_ms);
            gn_draft_plain(d, 3, "backoff", text);
        }
    }
    if (flags->rate > 0) {
        gn_draft_open(d, 2, "host");
        snprintf(text, sizeof text, "%" PRId64 "B", flags->rate);
        gn_draft_plain(d, 3, "bytes", text);
    }
}

static void add_request(struct gn_draft *d, const struct gn_request *r,
                        const struct gn_curl_flags *flags)
{
    char text[40];

    if (flags->head || r->method != NULL)
        gn_draft_text(d, 2, "method", r->method != NULL ? r->method : "HEAD");
    add_headers(d, r, flags);
    if (r->keeps_cookies)
        gn_draft_plain(d, 2, "cookies", "true");
    add_login(d, r);
    if (r->user_agent != NULL)
        gn_draft_text(d, 2, "user_agent", r->user_agent);
    if (r->body != NULL && r->body_size > 0)
        gn_draft_text(d, 2, "data", r->body);
    add_times(d, &r->limits);
    if (r->limits.max_body_bytes != 0) {
        snprintf(text, sizeof text, "{ max: %" PRId64 " }",
                 r->limits.max_body_bytes);
        gn_draft_plain(d, 2, "body", text);
    }
    if (r->limits.max_redirects != 0) {
        snprintf(text, sizeof text, "%d",
                 r->limits.max_redirects < 0 ? 0 : r->limits.max_redirects);
        gn_draft_text(d, 2, "redirects", text);
    }
    if (r->proxy != NULL)
        gn_draft_text(d, 2, "proxy", r->proxy);
    add_tls(d, r);
    add_route(d, &r->route);
    add_manners(d, flags);
}

static void begin_source(struct gn_draft *d, const struct gn_curl_globs *globs)
{
    if (globs->count == 0) {
        gn_draft_source(d, NULL, globs->url);
        return;
    }
    gn_draft_template(d, globs->url);
    gn_draft_open(d, 2, "vars");
    for (size_t i = 0; i < globs->count; i++)
        gn_draft_list(d, 3, globs->all[i].name, globs->all[i].values,
                      globs->all[i].count);
}

static void note(struct gn_draft *d, const struct gn_call *call,
                 const struct gn_curl_flags *flags)
{
    if (flags->ask.cookie_file != NULL)
        gn_draft_note(d, 0,
                      "-b %.100s is not read: the source keeps cookies of its "
                      "own in the store (cookies: true), from none on",
                      flags->ask.cookie_file);
    if (flags->proxy_login != NULL && flags->ask.reach.proxy == NULL)
        gn_draft_note(d, 0,
                      "-U is left out: the command names no proxy; write it "
                      "into the URL of one");
    gn_curl_note(call, d);
}

/* The host in url; "": none. */
static void host_of(const char *url, char host[256])
{
    struct gn_url parts;

    host[0] = '\0';
    if (gn_url_split(url, &parts, NULL) == GARNER_OK)
        snprintf(host, 256, "%.*s", (int)parts.host.size, parts.host.text);
}

/* All that is sent but the URL, NULL at the end; NULL: no memory. */
static const char **texts_of(const struct gn_request *r,
                             struct gn_arena *memory)
{
    const char *const own[] = {r->cookies,    r->user, r->password,
                               r->user_agent, r->body, r->method};
    const size_t most = sizeof own / sizeof own[0];
    const char **texts;
    size_t n = 0;

    while (r->headers != NULL && r->headers[n] != NULL)
        n++;
    texts = gn_arena_zeroed(memory, (n + most + 1) * sizeof texts[0]);
    if (texts != NULL && n > 0)
        memcpy(texts, r->headers, n * sizeof texts[0]);
    for (size_t i = 0; i < most && texts != NULL; i++)
        if (own[i] != NULL)
            texts[n++] = own[i];
    return texts;
}

/* url, which has a scheme and all of its query, becomes a source. */
static enum garner_code
write_source(const struct gn_call *call, const char *url,
             const struct gn_import_options *o, struct gn_request *request,
             struct gn_draft *d, struct garner_error *err)
{
    const struct gn_curl_flags *flags = call->settings;
    struct gn_arena memory = {0};
    struct gn_curl_globs globs = {.url = url};
    char host[256];
    char *proxy = NULL;
    const char **texts = texts_of(request, &memory);
    enum garner_code code =
        texts == NULL ? gn_fail(err, GARNER_NOMEM, "out of memory") : GARNER_OK;

    if (code == GARNER_OK && !flags->globs_off)
        code = gn_curl_glob(url, texts, &memory, &globs, err);
    host_of(url, host);
    if (code == GARNER_OK)
        code = gn_curl_proxy(flags, host, &proxy, err);
    if (code == GARNER_OK) {
        request->proxy = proxy;
        begin_source(d, &globs);
        gn_draft_text(d, 2, "schedule", o->every);
        add_request(d, request, flags);
        note(d, call, flags);
        if (gn_draft_failed(d))
            code = gn_fail(err, GARNER_NOMEM, "out of memory");
    }
    gn_free(proxy);
    gn_arena_clear(&memory);
    return code;
}

/* Adds what -G sends, in which nothing is a list or a range. */
static void add_query(struct gn_buf *url, const char *query)
{
    gn_buf_byte(url, strchr(gn_buf_cstr(url), '?') != NULL ? '&' : '?');
    for (const char *c = query; *c != '\0'; c++)
        if (strchr("{}[]", *c) != NULL)
            gn_buf_printf(url, "%%%02X", (unsigned char)*c);
        else
            gn_buf_byte(url, *c);
}

static enum garner_code take_over(struct gn_call *call,
                                  const struct gn_import_options *o,
                                  struct gn_draft *d, struct garner_error *err)
{
    struct gn_curl_flags *flags = call->settings;
    const char *url = call->count > 0 ? call->items[0] : flags->url;
    struct gn_ask_memory memory = {0};
    struct gn_request request;
    struct gn_buf whole = {0};
    enum garner_code code;

    if (url == NULL)
        return gn_fail(err, GARNER_INVALID, "1: the command has no URL");
    if (call->count > 1 || (call->count > 0 && flags->url != NULL))
        return gn_fail(err, GARNER_INVALID,
                       "1: there are several URLs, of which %.200s is one; "
                       "write a command for each",
                       call->items[call->count - 1]);
    code = gn_curl_check(flags, err);
    if (code != GARNER_OK)
        return code;
    gn_ask_find_file(&flags->ask);
    gn_buf_printf(&whole, "%s%s", strstr(url, "://") == NULL ? "http://" : "",
                  url); /* as curl does */
    code = gn_ask_request(&flags->ask, gn_buf_cstr(&whole), &request, &memory,
                          err);
    if (memory.query != NULL)
        add_query(&whole, memory.query);
    if (code == GARNER_OK && gn_buf_failed(&whole))
        code = gn_fail(err, GARNER_NOMEM, "out of memory");
    if (code == GARNER_OK)
        code = write_source(call, gn_buf_cstr(&whole), o, &request, d, err);
    gn_ask_fini(&memory);
    gn_buf_fini(&whole);
    return code;
}

enum garner_code gn_curl_line_import(const char *text, size_t size,
                                     const struct gn_import_options *o,
                                     struct gn_draft *d,
                                     struct garner_error *err)
{
    struct gn_arena memory = {0};
    struct gn_curl_flags settings = {.url = NULL};
    struct garner_error why = {0};
    struct gn_call call = {.command = &gn_curl_command, .settings = &settings};
    const char **items = NULL;
    char **words;
    size_t count;
    enum garner_code code =
        gn_words_part(text, size, &memory, &words, &count, &why);

    if (code == GARNER_OK && (count == 0 || strcmp(words[0], "curl") != 0))
        code = gn_fail(&why, GARNER_INVALID,
                       "it begins with \"%.40s\", not with curl",
                       count > 0 ? words[0] : "");
    if (code == GARNER_OK) {
        items = gn_arena_alloc(&memory, count * sizeof *items);
        code = items == NULL ? gn_fail(&why, GARNER_NOMEM, "out of memory")
                             : gn_options_parse(&call, items, (int)count - 1,
                                                words + 1, &why);
        if (code == GARNER_DONE) /* --help */
            code = gn_fail(&why, GARNER_INVALID, "the command asks for help");
        if (code == GARNER_OK)
            code = take_over(&call, o, d, &why);
        gn_options_fini(&call);
    }
    gn_arena_clear(&memory);
    if (code != GARNER_OK)
        gn_fail(err, code, "%s", why.message);
    return code;
}
