#include "engine/share.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/mem.h"
#include "engine/host/host.h"
#include "engine/roster.h"
#include "engine/table/way.h"

/* --- which loop ----------------------------------------------------------- */

/* The hash's high half is mixed in, since count may be a power of two. */
static size_t spread(const char *text, size_t count)
{
    const uint64_t hash = gn_hash_text(text);

    return (size_t)((hash ^ hash >> 32) % count);
}

enum garner_code gn_share_of(const struct gn_source *source, size_t count,
                             size_t *loop, struct garner_error *err)
{
    char *host;

    *loop = 0;
    if (count == 1)
        return GARNER_OK;
    if (gn_config_has_list(source)) {
        *loop = spread(source->name, count);
        return GARNER_OK;
    }
    host = gn_host_name(source->request.url);
    if (host == NULL)
        return gn_fail(err, GARNER_NOMEM, "out of memory for a host");
    *loop = spread(host, count);
    gn_free(host);
    return GARNER_OK;
}

/* --- whether they get on -------------------------------------------------- */

/* Rows that a source writes. */
struct writer {
    size_t at; /* in the file */
    const struct gn_source *source;
    const struct gn_rows_spec *spec;
};

static int by_name(const void *a, const void *b)
{
    const struct gn_source *const *x = a;
    const struct gn_source *const *y = b;

    return strcmp((*x)->name, (*y)->name);
}

/* Those of one table as they stand in the file. */
static int by_table(const void *a, const void *b)
{
    const struct writer *x = a;
    const struct writer *y = b;
    const int order = strcasecmp(x->spec->table, y->spec->table);

    return order != 0 ? order : (x->at > y->at) - (x->at < y->at);
}

/* A name stands for one row of garner_source, and its history. */
static enum garner_code check_names(const struct gn_config *config,
                                    struct garner_error *err)
{
    const size_t count = config->source_count;
    const struct gn_source **sorted =
        gn_realloc(NULL, (count + 1) * sizeof sorted[0]);
    enum garner_code code = GARNER_OK;

    if (sorted == NULL)
        return gn_fail(err, GARNER_NOMEM, "out of memory for %zu sources",
                       count);
    for (size_t i = 0; i < count; i++)
        sorted[i] = &config->sources[i];
    qsort(sorted, count, sizeof sorted[0], by_name);
    for (size_t i = 1; i < count && code == GARNER_OK; i++)
        if (strcmp(sorted[i - 1]->name, sorted[i]->name) == 0)
            code = gn_fail(err, GARNER_INVALID,
                           "two sources are named %.150s; give each a name of "
                           "its own",
                           sorted[i]->name);
    gn_free(sorted);
    return code;
}

static enum garner_code check_writers(const struct gn_config *config,
                                      struct writer *writers, size_t count,
                                      struct garner_error *err)
{
    qsort(writers, count, sizeof writers[0], by_table);
    for (size_t i = 1; i < count; i++) {
        const struct writer *w = &writers[i];

        if (strcasecmp(w[-1].spec->table, w->spec->table) == 0 &&
            gn_way_check(w[-1].spec, w->spec, err) != GARNER_OK)
            return gn_roster_blame(config, w->source, w->spec->line, err);
    }
    return GARNER_OK;
}

static enum garner_code check_tables(const struct gn_config *config,
                                     struct garner_error *err)
{
    struct writer *writers;
    size_t count = 0;
    enum garner_code code;

    for (size_t i = 0; i < config->source_count; i++)
        count += config->sources[i].row_spec_count;
    writers = gn_alloc((count + 1) * sizeof writers[0]);
    if (writers == NULL)
        return gn_fail(err, GARNER_NOMEM, "out of memory for %zu tables",
                       count);
    count = 0;
    for (size_t i = 0; i < config->source_count; i++)
        for (size_t k = 0; k < config->sources[i].row_spec_count; k++) {
            writers[count] = (struct writer){count, &config->sources[i],
                                             &config->sources[i].rows[k]};
            count++;
        }
    code = check_writers(config, writers, count, err);
    gn_free(writers);
    return code;
}

enum garner_code gn_shares_check(const struct gn_config *config,
                                 struct garner_error *err)
{
    const enum garner_code code = check_names(config, err);

    return code == GARNER_OK ? check_tables(config, err) : code;
}

/* --- the shares ----------------------------------------------------------- */

/* loop[i]: which loop works on the ith source. */
static enum garner_code choose(const struct gn_config *whole, size_t count,
                               size_t *loop, struct garner_error *err)
{
    enum garner_code code = GARNER_OK;

    for (size_t i = 0; i < whole->source_count && code == GARNER_OK; i++)
        code = gn_share_of(&whole->sources[i], count, &loop[i], err);
    return code;
}

/* The share of loop number me. */
static enum garner_code make_share(const struct gn_config *whole,
                                   const size_t *loop, size_t me,
                                   struct gn_config *share,
                                   struct garner_error *err)
{
    size_t count = 0;

    *share = *whole;
    share->whole = whole;
    share->source_count = 0;
    share->sources = NULL;
    for (size_t i = 0; i < whole->source_count; i++)
        count += loop[i] == me;
    share->memory = gn_alloc(sizeof(struct gn_arena));
    if (share->memory != NULL)
        share->sources = gn_arena_alloc(share->memory,
                                        (count + 1) * sizeof share->sources[0]);
    if (share->sources == NULL) {
        gn_config_fini(share);
        return gn_fail(err, GARNER_NOMEM, "out of memory for %zu sources",
                       count);
    }
    for (size_t i = 0; i < whole->source_count; i++)
        if (loop[i] == me)
            share->sources[share->source_count++] = whole->sources[i];
    return GARNER_OK;
}

/* The only loop has all of them as they are. */
static void lend(const struct gn_config *whole, struct gn_config *share)
{
    *share = *whole;
    share->whole = whole;
    share->memory = NULL;
}

enum garner_code gn_shares_make(const struct gn_config *whole, size_t count,
                                struct gn_config *shares,
                                struct garner_error *err)
{
    size_t *loop;
    enum garner_code code;
    size_t made = 0;

    if (count == 1) {
        lend(whole, &shares[0]);
        return GARNER_OK;
    }
    loop = gn_alloc((whole->source_count + 1) * sizeof loop[0]);
    if (loop == NULL)
        return gn_fail(err, GARNER_NOMEM, "out of memory for %zu sources",
                       whole->source_count);
    code = choose(whole, count, loop, err);
    while (made < count && code == GARNER_OK) {
        code = make_share(whole, loop, made, &shares[made], err);
        made += code == GARNER_OK;
    }
    while (code != GARNER_OK && made > 0)
        gn_config_fini(&shares[--made]);
    gn_free(loop);
    return code;
}
