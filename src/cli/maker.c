#include "cli/maker.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/mask.h"
#include "base/thread.h"
#include "engine/expect/expect_rows.h"
#include "engine/frontier/fate.h"
#include "engine/inputs.h"
#include "fetch/target.h"

enum garner_code gn_maker_open(struct gn_maker *m,
                               const struct gn_source *source,
                               struct garner_error *err)
{
    const struct gn_extractor_options options = {.workers = 1};
    enum garner_code code;

    *m = (struct gn_maker){.source = source};
    code = gn_config_has_list(source)
               ? gn_fail(err, GARNER_UNSUPPORTED,
                         "%s has many URLs; try its SQL on one of them with "
                         "garner test",
                         source->name)
               : gn_target_new(&source->request, &m->target, err);
    if (code == GARNER_OK)
        code = gn_expect_patterns(source->expect, &m->patterns, err);
    if (code == GARNER_OK)
        code = gn_extractor_new(&options, &m->extractor, err);
    if (code != GARNER_OK) {
        gn_expect_patterns_fini(&m->patterns);
        gn_target_free(m->target);
    } else {
        gn_mutex_init(&m->lock);
        gn_cond_init(&m->changed);
    }
    return code;
}

void gn_maker_close(struct gn_maker *m)
{
    gn_extractor_close(m->extractor);
    gn_cond_fini(&m->changed);
    gn_mutex_fini(&m->lock);
    gn_expect_patterns_fini(&m->patterns);
    gn_target_free(m->target);
}

/* Rids text of the secrets of s; that makes it no longer. */
static void hush(const struct gn_source *s, char *text)
{
    struct gn_buf told = {0};

    gn_mask_pieces(&told, text, s->request.secrets, GN_MASK_LONG);
    snprintf(text, strlen(text) + 1, "%s",
             gn_buf_failed(&told) ? "" : gn_buf_cstr(&told));
    gn_buf_fini(&told);
}

static void done(struct gn_extraction *x)
{
    struct gn_maker *m = x->context;

    gn_lock(&m->lock);
    m->done = true;
    gn_cond_wake_one(&m->changed);
    gn_unlock(&m->lock);
}

/* Does x on the worker, and waits for that. */
static enum garner_code extract(struct gn_maker *m, struct gn_extraction *x,
                                struct garner_error *err)
{
    enum garner_code code;

    x->done = done;
    x->context = m;
    m->done = false;
    code = gn_extractor_submit(m->extractor, x);
    if (code != GARNER_OK)
        return gn_fail(err, code, "no worker takes the SQL");
    gn_lock(&m->lock);
    while (!m->done)
        gn_cond_wait(&m->changed, &m->lock);
    gn_unlock(&m->lock);
    if (x->code != GARNER_OK)
        *err = x->error;
    return x->code;
}

/* Has the worker look for links, as a crawl would. */
static enum garner_code ask_links(const struct gn_crawl *crawl,
                                  const struct gn_one *answer,
                                  struct gn_made *made,
                                  struct garner_error *err)
{
    struct gn_buf sql = {0};
    const char *selector = NULL;

    if (!gn_onward_is_sql(crawl->follow)) {
        gn_onward_selector(crawl->follow, &sql);
        selector = gn_arena_text(&made->arena, gn_buf_cstr(&sql));
        made->arena.failed = made->arena.failed || gn_buf_failed(&sql);
    }
    gn_buf_fini(&sql);
    gn_fate_query(crawl, selector, answer->is_sitemap, &made->onward);
    made->extraction.onward = &made->onward;
    return made->arena.failed
               ? gn_fail(err, GARNER_NOMEM, "out of memory for links")
               : GARNER_OK;
}

enum garner_code gn_maker_run(struct gn_maker *m, const struct gn_one *answer,
                              struct gn_made *made, struct garner_error *err)
{
    const struct gn_inputs in = {
        .body = gn_buf_cstr(&answer->body),
        .body_size = answer->body.size,
        .url = answer->page_url != NULL ? answer->page_url
                                        : gn_target_url(m->target),
        .final_url = answer->final_url,
        .content_type = answer->content_type,
        .headers =
            answer->headers.size > 0 ? gn_buf_cstr(&answer->headers) : NULL,
        .status = answer->status,
        .fetched_us = answer->started_wall_us,
        .page = answer->page,
        .depth = answer->depth,
        .wants_next = m->wants_next,
    };
    const bool asks = m->wants_next && m->source->next.sql != NULL;
    enum garner_code code;

    *made = (struct gn_made){0};
    code = gn_inputs_fill(&in, m->source, &made->arena, &made->extraction, err);
    if (code == GARNER_OK && m->wants_links)
        code = ask_links(m->source->crawl, answer, made, err);
    if (code != GARNER_OK)
        return code;
    code = extract(m, &made->extraction, err);
    if (asks)
        gn_inputs_take_next(&made->extraction, &made->arena, &made->next);
    if (code == GARNER_OK && made->extraction.code != GARNER_OK) {
        *err = made->extraction.error;
        code = made->extraction.code;
    }
    if (code != GARNER_OK)
        hush(m->source, err->message);
    return code;
}

void gn_made_fini(struct gn_made *made)
{
    for (size_t i = 0; i < made->extraction.query_count; i++)
        gn_rowset_fini(&made->extraction.queries[i].rows);
    gn_onward_fini(&made->onward);
    gn_arena_clear(&made->arena);
    *made = (struct gn_made){0};
}

static void tell(const struct gn_source *s, struct gn_finding *finding,
                 struct gn_buf *broken)
{
    if (finding->rule != NULL) {
        hush(s, finding->text);
        gn_buf_printf(broken, "%s\n", finding->text);
    }
    *finding = (struct gn_finding){0};
}

enum garner_code gn_maker_judge(struct gn_maker *m, const struct gn_one *answer,
                                const struct gn_made *made,
                                const int64_t before[], struct gn_buf *broken,
                                struct garner_error *err)
{
    const struct gn_source *s = m->source;
    const size_t sets = made != NULL ? made->extraction.query_count : 0;
    struct gn_finding finding = {0};
    enum garner_code code;

    (void)gn_expect_answer(s->expect, answer->status, answer->content_type,
                           answer->body.size, &finding);
    tell(s, &finding, broken);
    code = gn_expect_body(s->expect, &m->patterns, gn_buf_cstr(&answer->body),
                          answer->body.size, &finding, err);
    tell(s, &finding, broken);
    for (size_t i = 0; i < sets && code == GARNER_OK; i++) {
        code = gn_expect_rows(s->rows[i].expect, s->rows[i].table,
                              &made->extraction.queries[i].rows,
                              before != NULL ? before[i] : -1, &finding, err);
        tell(s, &finding, broken);
    }
    return code;
}
