#include "engine/roster.h"

#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "engine/chain.h"
#include "engine/cookies.h"
#include "engine/expect/good.h"
#include "engine/expect/trial.h"
#include "engine/fingerprint.h"
#include "engine/frontier/pass.h"
#include "engine/history/history.h"
#include "engine/history/schema.h"
#include "engine/host/permit.h"
#include "engine/save.h"
#include "engine/sqlcheck.h"

enum { SOURCES_A_BATCH = 1000 };

enum garner_code gn_roster_blame(const struct gn_config *config,
                                 const struct gn_source *source, int line,
                                 struct garner_error *err)
{
    struct garner_error reason;

    if (err == NULL)
        return GARNER_INVALID;
    reason = *err;
    if (config->path != NULL)
        gn_fail(err, reason.code, "%s:%d: source %s: %.150s", config->path,
                line > 0 ? line : source->line, source->name, reason.message);
    else
        gn_fail(err, reason.code, "%s: %.180s", source->name, reason.message);
    err->native = reason.native;
    return reason.code;
}

/* Many sources may share one SQL and table: each is checked once in a row. */
static bool same_as_before(const struct gn_source *source,
                           const struct gn_source *before, size_t i)
{
    const struct gn_rows_spec *a = &source->rows[i];
    const struct gn_rows_spec *b;

    if (before != NULL && source->of_list && before->of_list &&
        before->line == source->line)
        return true; /* they differ in a value of one variable */
    if (before == NULL || before->row_spec_count <= i || a->expect != NULL ||
        before->var_count > 0 || source->var_count > 0)
        return false;
    b = &before->rows[i];
    return strcmp(a->sql, b->sql) == 0 && strcmp(a->table, b->table) == 0 &&
           gn_config_same_way(a, b) && a->key_count == b->key_count &&
           (a->key_count == 0 || a->key == b->key);
}

/* Checks the SQL of a source; before, NULL for none, may share it. */
static enum garner_code check_rows(const struct gn_source *source,
                                   const struct gn_source *before, int *line,
                                   struct garner_error *err)
{
    enum garner_code code = GARNER_OK;

    for (size_t i = 0; i < source->row_spec_count && code == GARNER_OK; i++) {
        *line = source->rows[i].line;
        if (!same_as_before(source, before, i))
            code = gn_sqlcheck_rows(source, &source->rows[i], NULL, err);
    }
    if (code == GARNER_OK && source->crawl != NULL) {
        *line = source->crawl->line;
        code = gn_sqlcheck_follow(source, err);
    }
    return code;
}

enum garner_code gn_roster_check(const struct gn_config *config,
                                 const struct gn_source *source,
                                 const struct gn_source *before,
                                 struct garner_error *err)
{
    int line = 0;

    if (check_rows(source, before, &line, err) != GARNER_OK)
        return gn_roster_blame(config, source, line, err);
    if (gn_sqlcheck_next(source, err) != GARNER_OK)
        return gn_roster_blame(config, source, source->next.line, err);
    return GARNER_OK;
}

static enum garner_code find_tables(struct gn_roster *r, struct gn_active *a,
                                    struct garner_store *store, int *line,
                                    struct garner_error *err)
{
    const struct gn_source *source = a->source;
    enum garner_code code = GARNER_OK;

    a->wants_headers =
        source->next.sql != NULL && strstr(source->next.sql, "headers") != NULL;
    if (source->row_spec_count == 0)
        return GARNER_OK;
    a->tables = gn_alloc(source->row_spec_count * sizeof(struct gn_table *));
    if (a->tables == NULL)
        return gn_fail(err, GARNER_NOMEM, "tables of %s", source->name);
    r->has_work = true;
    for (size_t i = 0; i < source->row_spec_count && code == GARNER_OK; i++) {
        const struct gn_rows_spec *spec = &source->rows[i];

        *line = spec->line;
        code = gn_tables_find(r->tables, store, spec, &a->tables[i], err);
        if (strstr(spec->sql, "headers") != NULL) /* or @headers, $headers */
            a->wants_headers = true;
    }
    return code;
}

enum garner_code gn_roster_find_tables(struct gn_roster *r,
                                       const struct gn_config *config,
                                       struct gn_active *a,
                                       struct garner_store *store,
                                       struct garner_error *err)
{
    int line = 0;

    if (find_tables(r, a, store, &line, err) == GARNER_OK)
        return GARNER_OK;
    return gn_roster_blame(config, a->source, line, err);
}

/* One URL, or a pass over many. */
static enum garner_code open_way(struct gn_active *a,
                                 const struct gn_active *like,
                                 struct garner_error *err)
{
    const struct gn_request request = gn_active_request(a, false);

    return gn_config_has_list(a->source) || a->source->crawl != NULL
               ? gn_pass_new(a, err)
               : gn_target_new_like(like != NULL ? like->target : NULL,
                                    &request, &a->target, err);
}

enum garner_code gn_active_new(const struct gn_config *config,
                               const struct gn_source *source,
                               const struct gn_active *like,
                               struct gn_active **out, struct garner_error *err)
{
    struct gn_active *a = gn_alloc(sizeof *a);

    *out = a;
    if (a == NULL)
        return gn_fail(err, GARNER_NOMEM, "out of memory for source %s",
                       source->name);
    a->source = source;
    if (open_way(a, like, err) != GARNER_OK ||
        gn_trial_open(a, err) != GARNER_OK) {
        gn_active_free(a);
        *out = NULL;
        return gn_roster_blame(config, source, 0, err);
    }
    a->may_ask = a->target != NULL && !source->unconditional &&
                 gn_target_may_ask_if(a->target);
    return GARNER_OK;
}

void gn_active_free(struct gn_active *a)
{
    if (a == NULL)
        return;
    gn_pass_free(a->pass);
    gn_target_free(a->target);
    gn_free(a->tables);
    gn_free(a->last.error);
    gn_memory_forget(&a->memory);
    gn_trial_close(a);
    gn_good_close(a);
    gn_free(a->swept);
    gn_save_forget(a);
    gn_base_fini(&a->previous);
    gn_cookies_close(a);
    gn_chain_forget(a);
    gn_free(a);
}

static enum garner_code open_targets(struct gn_roster *r,
                                     const struct gn_config *config,
                                     struct garner_error *err)
{
    enum garner_code code = GARNER_OK;

    for (size_t i = 0; i < config->source_count && code == GARNER_OK; i++) {
        code = gn_active_new(config, &config->sources[i],
                             i > 0 ? r->actives[i - 1] : NULL, &r->actives[i],
                             err);
        if (code != GARNER_OK)
            continue;
        r->count++;
        r->has_work = r->has_work || gn_trial_matches(r->actives[i]) ||
                      config->sources[i].next.sql != NULL ||
                      config->sources[i].crawl != NULL;
    }
    return code;
}

/* A body that was not put where one of it would be now does not count. */
static enum garner_code recall(struct gn_active *a, struct garner_store *store,
                               struct garner_error *err)
{
    const enum garner_code code =
        gn_history_recall(store, a->source->name, &a->memory, err);

    if (a->memory.body_is_file != (a->source->save.path != NULL))
        a->memory.has_body = false;
    return code;
}

enum garner_code gn_roster_enter(struct gn_active *const *actives, size_t count,
                                 struct garner_store *store,
                                 struct garner_error *err)
{
    const int64_t wall_us = gn_clock_wall_us();
    struct garner_batch *batch;
    enum garner_code code = garner_batch_new(&batch, err);

    for (size_t i = 0; i < count && code == GARNER_OK; i++) {
        const struct gn_active *a = actives[i];
        int64_t spec;

        code = gn_fingerprint(a->source, &spec, err);
        if (code == GARNER_OK)
            code = gn_history_add_source(batch, a->source->name,
                                         gn_active_url(a), spec, err);
        if (code == GARNER_OK)
            code = gn_good_add_watch(batch, a->source, wall_us, err);
        if (code == GARNER_OK &&
            (i + 1 == count || (i + 1) % SOURCES_A_BATCH == 0)) {
            code = garner_write(store, batch, NULL, err);
            garner_batch_clear(batch);
        }
    }
    garner_batch_free(batch);
    for (size_t i = 0; i < count && code == GARNER_OK; i++) {
        struct gn_active *a = actives[i];

        code = recall(a, store, err);
        if (code == GARNER_OK)
            code = gn_good_open(a, store, err);
    }
    if (code == GARNER_OK)
        code = gn_cookies_open(store, actives, count, err);
    return code;
}

enum garner_code gn_roster_open(struct gn_roster *r, struct garner_store *store,
                                const struct gn_config *config,
                                struct garner_error *err)
{
    enum garner_code code;

    r->actives = gn_alloc((config->source_count + 1) * sizeof r->actives[0]);
    if (r->actives == NULL)
        return gn_fail(err, GARNER_NOMEM, "%zu sources", config->source_count);
    code = gn_tables_new(&r->tables, err);
    if (code == GARNER_OK)
        code = open_targets(r, config, err);
    if (code == GARNER_OK)
        code = gn_hosts_open(&r->hosts, r->actives, r->count, err);
    if (code == GARNER_OK)
        code = gn_schema_open(store, err);
    if (code == GARNER_OK)
        code = gn_permit_open(r->actives, r->count, store, err);
    for (size_t i = 0; i < r->count && code == GARNER_OK; i++) {
        code = gn_roster_check(config, r->actives[i]->source,
                               i > 0 ? r->actives[i - 1]->source : NULL, err);
        if (code == GARNER_OK)
            code = gn_roster_find_tables(r, config, r->actives[i], store, err);
    }
    return code == GARNER_OK ? gn_roster_enter(r->actives, r->count, store, err)
                             : code;
}

void gn_roster_close(struct gn_roster *r)
{
    for (size_t i = 0; i < r->count; i++)
        gn_active_free(r->actives[i]);
    gn_hosts_close(&r->hosts);
    gn_tables_free(r->tables);
    gn_free(r->actives);
    *r = (struct gn_roster){0};
}
