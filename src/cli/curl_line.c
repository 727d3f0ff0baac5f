#include "cli/curl_line.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "cli/ask.h"
#include "cli/options.h"
#include "import/words.h"

struct settings {
    struct gn_ask_flags ask;
    bool nothing;         /* flags about what curl prints */
    const char *no_text;  /* the same, with a value */
    const char *no_place; /* where it writes */
    const char *url;
};

#define IGNORED(name, letter)                                                  \
    {                                                                          \
        name, letter, GN_OPTION_FLAG, NULL,                                    \
            offsetof(struct settings, nothing), "", NULL                       \
    }

static const struct gn_option options[] = {
    GN_ASK_OPTIONS(struct settings),
    {"max-time", 'm', GN_OPTION_SECONDS, "TIME",
     offsetof(struct settings, ask.total_ms), "", NULL},
    {"url", 0, GN_OPTION_TEXT, "URL", offsetof(struct settings, url), "", NULL},
    {"output", 'o', GN_OPTION_TEXT, "FILE", offsetof(struct settings, no_place),
     "", NULL},
    {"write-out", 'w', GN_OPTION_TEXT, "FORMAT",
     offsetof(struct settings, no_text), "", NULL},
    IGNORED("silent", 's'),
    IGNORED("show-error", 'S'),
    IGNORED("fail", 'f'),
    IGNORED("include", 'i'),
    IGNORED("verbose", 'v'),
    IGNORED("remote-name", 'O'),
    IGNORED("globoff", 'g'),
};

static const struct gn_command curl = {
    .name = "curl",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .settings_size = sizeof(struct settings),
    .most = SIZE_MAX,
};

static void add_headers(struct gn_draft *d, const struct gn_request *r)
{
    if ((r->headers == NULL || r->headers[0] == NULL) && r->cookies == NULL)
        return;
    gn_draft_open(d, 2, "headers");
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

static void add_request(struct gn_draft *d, const struct gn_request *r)
{
    char text[40];

    if (r->method != NULL)
        gn_draft_text(d, 2, "method", r->method);
    add_headers(d, r);
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
}

static enum garner_code take_over(const struct gn_call *call,
                                  const struct gn_import_options *o,
                                  struct gn_draft *d, struct garner_error *err)
{
    const struct settings *s = call->settings;
    const char *url = call->count > 0 ? call->items[0] : s->url;
    struct gn_ask_memory memory = {0};
    struct gn_request request;
    struct gn_buf whole = {0};
    enum garner_code code;

    if (url == NULL)
        return gn_fail(err, GARNER_INVALID, "1: the command has no URL");
    if (call->count > 1 || (call->count > 0 && s->url != NULL))
        return gn_fail(err, GARNER_INVALID,
                       "1: there are several URLs, of which %.200s is one; "
                       "write a command for each",
                       call->items[call->count - 1]);
    gn_buf_printf(&whole, "%s%s", strstr(url, "://") == NULL ? "http://" : "",
                  url); /* as curl does */
    code = gn_ask_request(&s->ask, gn_buf_cstr(&whole), &request, &memory, err);
    if (memory.query != NULL)
        gn_buf_printf(&whole, "%c%s",
                      strchr(gn_buf_cstr(&whole), '?') != NULL ? '&' : '?',
                      memory.query);
    if (code == GARNER_OK) {
        gn_draft_source(d, NULL, gn_buf_cstr(&whole));
        gn_draft_text(d, 2, "schedule", o->every);
        add_request(d, &request);
        if (s->no_place != NULL)
            gn_draft_note(d, 0,
                          "-o %.100s is left out: bodies are kept in the "
                          "store; see 'garner help body'",
                          s->no_place);
        if (gn_buf_failed(&whole) || gn_draft_failed(d))
            code = gn_fail(err, GARNER_NOMEM, "out of memory");
    }
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
    struct settings settings = {.url = NULL};
    struct garner_error why = {0};
    struct gn_call call = {.command = &curl, .settings = &settings};
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
