#include "cli/verbs.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "cli/standing.h"
#include "cli/text.h"
#include "serve/api.h"

static enum garner_code status(struct gn_verbs *v, const char *const *words,
                               size_t count, struct gn_buf *out,
                               struct garner_error *err)
{
    struct gn_status now;
    struct gn_source_status *lines;
    size_t n;

    (void)words;
    (void)count;
    gn_engine_status(v->engine, &now);
    lines = gn_alloc((now.sources + 1) * sizeof *lines);
    if (lines == NULL)
        return gn_fail(err, GARNER_NOMEM, "out of memory for %zu sources",
                       now.sources);
    n = gn_engine_sources(v->engine, 0, lines, now.sources);
    gn_api_status(&now, lines, 0, n, out);
    gn_free(lines);
    return GARNER_OK;
}

static enum garner_code pause_them(struct gn_verbs *v, const char *const *words,
                                   size_t count, struct gn_buf *out,
                                   struct garner_error *err)
{
    return gn_engine_pause(v->engine, words, count, true, out, err);
}

static enum garner_code resume(struct gn_verbs *v, const char *const *words,
                               size_t count, struct gn_buf *out,
                               struct garner_error *err)
{
    return gn_engine_pause(v->engine, words, count, false, out, err);
}

static enum garner_code ask(struct gn_verbs *v, const char *const *words,
                            size_t count, struct gn_buf *out,
                            struct garner_error *err)
{
    return gn_engine_ask(v->engine, words + 1, count - 1,
                         strcmp(words[0], "whole") == 0, out, err);
}

/* The same, and only the names are told. */
static enum garner_code trigger(struct gn_verbs *v, const char *const *words,
                                size_t count, struct gn_buf *out,
                                struct garner_error *err)
{
    struct gn_buf lines = {0};
    const enum garner_code code =
        gn_engine_ask(v->engine, words, count, false, &lines, err);
    const char *line = gn_buf_cstr(&lines);

    while (*line != '\0') {
        gn_buf_append(out, line, strcspn(line, "\t"));
        gn_buf_byte(out, '\n');
        line += strcspn(line, "\n");
        line += *line == '\n';
    }
    out->failed = out->failed || gn_buf_failed(&lines);
    gn_buf_fini(&lines);
    return code;
}

static enum garner_code asked(struct gn_verbs *v, const char *const *words,
                              size_t count, struct gn_buf *out,
                              struct garner_error *err)
{
    struct gn_standing s;
    const struct gn_asked_run *last = &s.asked.last;
    const enum garner_code code = gn_engine_look(v->engine, words[0], &s, err);

    (void)count;
    if (code != GARNER_OK)
        return code;
    gn_buf_printf(out,
                  "%" PRIu64 " %" PRIu64 " %d %d %" PRId64 " %" PRId64
                  " %" PRId64 " %" PRIu64 " %" PRIu64 " ",
                  s.asked.begun, s.asked.answered, last->failed, last->status,
                  last->duration_us, last->bytes, last->rows, last->pages,
                  last->failures);
    (void)gn_text_show(out, last->error, strlen(last->error), SIZE_MAX);
    gn_buf_byte(out, '\n');
    return GARNER_OK;
}

bool gn_verbs_read_asked(const char *answer, struct gn_asked *asked)
{
    struct gn_asked_run *last = &asked->last;
    int failed;
    int at = 0;

    *asked = (struct gn_asked){0};
    if (sscanf(answer,
               "%" SCNu64 " %" SCNu64 " %d %d %" SCNd64 " %" SCNd64 " %" SCNd64
               " %" SCNu64 " %" SCNu64 "%n",
               &asked->begun, &asked->answered, &failed, &last->status,
               &last->duration_us, &last->bytes, &last->rows, &last->pages,
               &last->failures, &at) < 9 ||
        answer[at] != ' ')
        return false;
    last->failed = failed != 0;
    snprintf(last->error, sizeof last->error, "%.*s",
             (int)strcspn(answer + at + 1, "\n"), answer + at + 1);
    return true;
}

static enum garner_code look(struct gn_verbs *v, const char *const *words,
                             size_t count, struct gn_buf *out,
                             struct garner_error *err)
{
    struct gn_standing s;
    const enum garner_code code = gn_engine_look(v->engine, words[0], &s, err);

    (void)count;
    if (code == GARNER_OK)
        gn_standing_tell(&s, out);
    return code;
}

static enum garner_code reload(struct gn_verbs *v, const char *const *words,
                               size_t count, struct gn_buf *out,
                               struct garner_error *err)
{
    (void)words;
    (void)count;
    if (v->renew == NULL)
        return gn_fail(err, GARNER_UNSUPPORTED,
                       "the collector was started without a file; there is "
                       "nothing to read again");
    return gn_renew(v->renew, out, err);
}

/* --- the list ------------------------------------------------------------ */

static const struct verb {
    const char *name;
    size_t least; /* words that follow */
    enum garner_code (*answer)(struct gn_verbs *v, const char *const *words,
                               size_t count, struct gn_buf *out,
                               struct garner_error *err);
} verbs[] = {
    {"status", 0, status},   {"pause", 1, pause_them}, {"resume", 1, resume},
    {"trigger", 1, trigger}, {"ask", 2, ask},          {"asked", 1, asked},
    {"look", 1, look},       {"reload", 0, reload},
};

enum garner_code gn_verbs_answer(void *context, const char *const *words,
                                 size_t count, struct gn_buf *out,
                                 struct garner_error *err)
{
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        if (strcmp(verbs[i].name, words[0]) != 0)
            continue;
        if (count - 1 < verbs[i].least)
            return gn_fail(err, GARNER_INVALID, "%s: of which source?",
                           words[0]);
        return verbs[i].answer(context, words + 1, count - 1, out, err);
    }
    return gn_fail(err, GARNER_UNSUPPORTED,
                   "this collector does not know '%.40s'; is it of an older "
                   "version?",
                   words[0]);
}
