#include "engine/host/rules.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/url.h"
#include "garner/read.h"

enum {
    REDIRECTS = 5,             /* RFC 9309 section 2.3.1.2 */
    MOST_BYTES = 16 * 1048576, /* a larger one cannot be had */
    RULE = 60,                 /* bytes of a rule that are told */
};
#define SECOND_US INT64_C(1000000)
/* One that could not be had is asked for again after so long. */
#define AGAIN_US (INT64_C(60) * SECOND_US)
/* ... and any other at the soonest. No answer may be used for longer, */
#define FRESH_US (INT64_C(86400) * SECOND_US)
/* but while there is no newer one. */
#define KEPT_US (INT64_C(30) * FRESH_US)

/* --- how it is asked for ------------------------------------------------- */

static void locate(const char *name, struct gn_buf *url)
{
    const char *host = strstr(name, "://") + 3;
    const char *port = strrchr(host, ':');
    const bool is_v6 = memchr(host, ':', (size_t)(port - host)) != NULL;

    gn_buf_printf(url, "%.*s%s%.*s%s%s/robots.txt", (int)(host - name), name,
                  is_v6 ? "[" : "", (int)(port - host), host, is_v6 ? "]" : "",
                  port);
}

struct gn_request gn_rules_request(const struct gn_source *source,
                                   const char *host, struct gn_buf *url)
{
    struct gn_request r = source->request;

    locate(host, url);
    r.url = gn_buf_cstr(url);
    r.method = NULL;
    r.headers = NULL;
    r.body = NULL;
    r.body_size = 0;
    r.cookies = NULL;
    r.keeps_cookies = false;
    r.login = GN_LOGIN_NONE;
    r.user = r.password = NULL;
    r.same_host = false;
    r.led_public_only = !source->allows_private;
    r.limits.max_redirects = REDIRECTS;
    r.limits.max_body_bytes = r.limits.memory_bytes = MOST_BYTES;
    return r;
}

/* --- what is known ------------------------------------------------------- */

void gn_rules_fini(struct gn_rules *r)
{
    gn_free(r->text);
    gn_free(r->etag);
    gn_free(r->modified);
    *r = (struct gn_rules){0};
}

struct gn_validators gn_rules_validators(const struct gn_rules *r)
{
    return (struct gn_validators){r->etag, r->modified};
}

bool gn_rules_fresh(const struct gn_rules *r, int64_t wall_us)
{
    /* What seems to be longer comes of a clock that was set. */
    return r->version != 0 && wall_us < r->until_us &&
           r->until_us - wall_us <= FRESH_US;
}

static bool is_of_use(const struct gn_rules *r, int64_t wall_us)
{
    return r->version != 0 && r->access != GN_ROBOTS_UNREACHABLE &&
           wall_us - r->asked_us < KEPT_US;
}

/* What is kept stays, for as long as the headers say. */
static void use_for(struct gn_rules *r, const char *headers, int64_t wall_us)
{
    const int64_t fresh_us = gn_robots_fresh_ms(headers) * 1000;

    r->until_us = wall_us + (fresh_us > AGAIN_US ? fresh_us : AGAIN_US);
}

/* Notes what version text is of. Without memory it is asked for whole. */
static void note_version(struct gn_rules *r, const struct gn_response *response)
{
    struct gn_arena memory = {0};
    struct gn_validators v;

    if (!gn_response_may_be_cut(response) &&
        gn_validators_read(gn_buf_cstr(response->headers),
                           gn_response_received(response), &memory, &v)) {
        r->etag = v.etag != NULL ? gn_strdup(v.etag) : NULL;
        r->modified = v.modified != NULL ? gn_strdup(v.modified) : NULL;
    }
    gn_arena_clear(&memory);
}

/* A 304, to who asked for another version than that of text. */
static bool is_unchanged(const struct gn_rules *r,
                         const struct gn_response *response)
{
    enum { NOT_MODIFIED = 304 };
    const struct gn_validators v = gn_rules_validators(r);

    return response->failure == GN_FAILURE_NONE &&
           response->status == NOT_MODIFIED && gn_validators_any(&v);
}

void gn_rules_learn(struct gn_rules *r, struct gn_response *response,
                    int64_t wall_us)
{
    enum gn_robots_access access =
        gn_robots_access(response->failure, response->status);
    const char *headers = gn_buf_cstr(response->headers);
    const uint64_t version = r->version + 1;
    char *text = NULL;
    size_t size = 0;

    if (is_unchanged(r, response)) {
        r->asked_us = wall_us;
        use_for(r, headers, wall_us);
        return;
    }
    if (access == GN_ROBOTS_RULES && response->body->size > 0) {
        size = response->body->size < GN_ROBOTS_MAX ? response->body->size
                                                    : GN_ROBOTS_MAX;
        text = gn_memdup(response->body->data, size);
        if (text == NULL)
            access = GN_ROBOTS_UNREACHABLE;
    }
    r->until_us = wall_us + AGAIN_US;
    if (access == GN_ROBOTS_UNREACHABLE && is_of_use(r, wall_us))
        return;
    gn_rules_fini(r);
    *r = (struct gn_rules){.version = version,
                           .access = access,
                           .text = text,
                           .size = size,
                           .failure = response->failure,
                           .status = response->status,
                           .asked_us = wall_us,
                           .until_us = wall_us + AGAIN_US};
    if (access != GN_ROBOTS_UNREACHABLE)
        use_for(r, headers, wall_us);
    if (access == GN_ROBOTS_RULES)
        note_version(r, response);
}

void gn_rules_ask(const struct gn_rules *r, const char *url,
                  const char *user_agent, struct gn_robots_verdict *out)
{
    char token[GN_ROBOTS_TOKEN];
    struct gn_buf path = {0};
    struct gn_url parts;

    *out = (struct gn_robots_verdict){.allowed =
                                          r->access == GN_ROBOTS_UNAVAILABLE};
    if (r->access != GN_ROBOTS_RULES ||
        gn_url_split(url, &parts, NULL) != GARNER_OK)
        return;
    gn_robots_token(user_agent, token);
    gn_buf_append(&path, parts.path.text, parts.path.size);
    if (parts.path.size == 0)
        gn_buf_byte(&path, '/');
    if (parts.query.size > 0) {
        gn_buf_byte(&path, '?');
        gn_buf_append(&path, parts.query.text, parts.query.size);
    }
    if (!gn_buf_failed(&path))
        gn_robots_ask(r->text != NULL ? r->text : "", r->size, token,
                      gn_buf_cstr(&path), out);
    gn_buf_fini(&path);
}

static void describe_rule(const struct gn_robots_verdict *v, const char *host,
                          char *text, size_t size)
{
    char rule[RULE + 1];
    size_t n = 0;

    for (; n < v->rule_size && n < RULE; n++) {
        rule[n] = v->rule[n];
        if (rule[n] < ' ' || rule[n] > '~')
            rule[n] = '?';
    }
    rule[n] = '\0';
    snprintf(text, size,
             "%.90s/robots.txt, line %d, forbids it (Disallow: %s%s); robots: "
             "ignore fetches it all the same",
             host, v->line, rule, n < v->rule_size ? "..." : "");
}

static void describe_silence(const struct gn_rules *r, const char *host,
                             char *text, size_t size)
{
    char why[64] = "";

    if (r->failure != GN_FAILURE_NONE)
        snprintf(why, sizeof why, ": %s", gn_failure_text(r->failure));
    else if (r->status != 0)
        snprintf(why, sizeof why, ": the server answered with status %d",
                 r->status);
    snprintf(text, size,
             "%.90s/robots.txt cannot be had%s; until it can, nothing is "
             "fetched there",
             host, why);
}

void gn_rules_refusal(const struct gn_rules *r, const char *host,
                      const char *url, const char *user_agent, char text[300])
{
    struct gn_robots_verdict v;

    gn_rules_ask(r, url, user_agent, &v);
    if (r->access == GN_ROBOTS_RULES)
        describe_rule(&v, host, text, 300);
    else
        describe_silence(r, host, text, 300);
}

/* --- the store ----------------------------------------------------------- */

static const char *const words[] = {
    [GN_ROBOTS_RULES] = "rules",
    [GN_ROBOTS_UNAVAILABLE] = "none",
    [GN_ROBOTS_UNREACHABLE] = "unreachable",
};

enum garner_code gn_rules_add(struct garner_batch *batch, const char *host,
                              const struct gn_rules *r,
                              struct garner_error *err)
{
    return garner_batch_add(
        batch,
        "insert into garner_robots"
        " (host, access, asked, until, body, etag, modified)"
        " values (?, ?, ?, ?, ?, ?, ?) on conflict (host) do update set"
        " access = excluded.access, asked = excluded.asked,"
        " until = excluded.until, body = excluded.body,"
        " etag = excluded.etag, modified = excluded.modified",
        GARNER_ARGS(garner_text(host), garner_text(words[r->access]),
                    garner_integer(r->asked_us), garner_integer(r->until_us),
                    r->text != NULL ? garner_blob(r->text, r->size)
                                    : garner_null(),
                    garner_text(r->etag), garner_text(r->modified)),
        err);
}

/* A copy of a text, NULL of a NULL; without memory NULL, too: then the whole is
 * asked for. */
static char *copy(struct garner_value v)
{
    return v.type == GARNER_TEXT ? gn_memdup(v.bytes.data, v.bytes.size) : NULL;
}

static enum garner_code read_row(const struct garner_rows *rows,
                                 struct gn_rules *r, struct garner_error *err)
{
    const struct garner_value access = garner_column(rows, 0);
    const struct garner_value body = garner_column(rows, 3);
    size_t word = 0;

    while (word < sizeof words / sizeof words[0] &&
           (strlen(words[word]) != access.bytes.size ||
            memcmp(words[word], access.bytes.data, access.bytes.size) != 0))
        word++;
    if (word == sizeof words / sizeof words[0])
        return GARNER_OK; /* somebody else's word: it is asked for again */
    if (body.type == GARNER_BLOB && body.bytes.size > 0) {
        r->size = body.bytes.size;
        r->text = gn_memdup(body.bytes.data, r->size);
        if (r->text == NULL)
            return gn_fail(err, GARNER_NOMEM, "out of memory for a robots.txt");
    }
    r->version = 1;
    r->access = (enum gn_robots_access)word;
    r->asked_us = garner_column(rows, 1).integer;
    r->until_us = garner_column(rows, 2).integer;
    r->etag = copy(garner_column(rows, 4));
    r->modified = copy(garner_column(rows, 5));
    return GARNER_OK;
}

enum garner_code gn_rules_recall(struct garner_store *store, const char *host,
                                 struct gn_rules *r, struct garner_error *err)
{
    struct garner_rows *rows;
    enum garner_code code =
        garner_query(store,
                     "select access, asked, until, body, etag, modified"
                     " from garner_robots where host = ?",
                     GARNER_ARGS(garner_text(host)), &rows, err);

    if (code != GARNER_OK)
        return code;
    code = garner_next(rows, err);
    if (code == GARNER_ROW)
        code = read_row(rows, r, err);
    else if (code == GARNER_DONE)
        code = GARNER_OK;
    garner_rows_close(rows);
    return code;
}
