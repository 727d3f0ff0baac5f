#include "store/commit/batch.h"

#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "store/driver/cache.h"

/* Enough for a row of the usual size, so that it is one allocation. */
enum { BATCH_MEMORY = 1024 };

static void start(struct garner_batch *b)
{
    gn_arena_init(&b->arena, b->memory, BATCH_MEMORY);
    b->first = NULL;
    b->last = NULL;
    b->count = 0;
    b->bytes = 0;
}

enum garner_code garner_batch_new(struct garner_batch **batch,
                                  struct garner_error *err)
{
    struct garner_batch *b;

    if (batch == NULL)
        return gn_fail(err, GARNER_MISUSE, "garner_batch_new: batch is NULL");
    *batch = b = gn_realloc(NULL, sizeof *b + BATCH_MEMORY);
    if (b == NULL)
        return gn_fail(err, GARNER_NOMEM, "a batch");
    start(b);
    b->ack_set = false;
    b->timeout_ms = -1;
    return GARNER_OK;
}

void garner_batch_free(struct garner_batch *batch)
{
    if (batch == NULL)
        return;
    gn_arena_clear(&batch->arena);
    gn_free(batch);
}

void garner_batch_clear(struct garner_batch *batch)
{
    gn_arena_clear(&batch->arena);
    start(batch);
}

void garner_batch_set_ack(struct garner_batch *batch, enum garner_ack ack)
{
    batch->ack = ack;
    batch->ack_set = true;
}

void garner_batch_set_timeout(struct garner_batch *batch, int timeout_ms)
{
    batch->timeout_ms = timeout_ms < 0 ? 0 : timeout_ms;
}

size_t garner_batch_count(const struct garner_batch *batch)
{
    return batch->count;
}

static bool has_bytes(const struct garner_value *v)
{
    return v->type == GARNER_TEXT || v->type == GARNER_BLOB;
}

void gn_statement_init(struct gn_statement *s, const char *sql,
                       const struct garner_value *args, size_t count)
{
    s->sql = sql;
    s->size = strlen(sql);
    s->hash = gn_cache_hash(sql, s->size);
    s->args = args;
    s->count = count;
    s->next = NULL;
}

size_t gn_statement_bytes(const struct gn_statement *s)
{
    size_t bytes = sizeof *s + s->size + s->count * sizeof s->args[0];

    for (size_t i = 0; i < s->count; i++)
        if (has_bytes(&s->args[i]))
            bytes += s->args[i].bytes.size;
    return bytes;
}

/* The values, and behind them their bytes, in one piece. */
static struct garner_value *
copy_args(struct gn_arena *a, const struct garner_value *args, size_t count)
{
    size_t size = count * sizeof args[0];
    struct garner_value *copy;
    char *bytes;

    for (size_t i = 0; i < count; i++)
        if (has_bytes(&args[i]))
            size += args[i].bytes.size;
    copy = gn_arena_alloc(a, size);
    if (copy == NULL)
        return NULL;
    bytes = (char *)(copy + count);
    for (size_t i = 0; i < count; i++) {
        copy[i] = args[i];
        if (!has_bytes(&args[i]))
            continue;
        if (args[i].bytes.size > 0)
            memcpy(bytes, args[i].bytes.data, args[i].bytes.size);
        copy[i].bytes.data = bytes;
        bytes += args[i].bytes.size;
    }
    return copy;
}

/* Takes over the text of a statement that the batch has already. */
static enum garner_code copy_sql(struct garner_batch *b, const char *sql,
                                 struct gn_statement *s,
                                 struct garner_error *err)
{
    const size_t size = strlen(sql);

    if (b->last != NULL && b->last->size == size &&
        memcmp(b->last->sql, sql, size) == 0) {
        s->sql = b->last->sql;
        s->hash = b->last->hash;
    } else {
        s->sql = gn_arena_copy(&b->arena, sql, size);
        if (s->sql == NULL)
            return gn_fail(err, GARNER_NOMEM, "statement: %.80s", sql);
        s->hash = gn_cache_hash(sql, size);
    }
    s->size = size;
    return GARNER_OK;
}

enum garner_code garner_batch_add(struct garner_batch *batch, const char *sql,
                                  const struct garner_value *args, size_t count,
                                  struct garner_error *err)
{
    struct gn_statement *s;
    enum garner_code code;

    if (batch == NULL || sql == NULL || (args == NULL && count > 0))
        return gn_fail(err, GARNER_MISUSE, "garner_batch_add: a NULL argument");
    s = gn_arena_alloc(&batch->arena, sizeof *s);
    if (s == NULL)
        return gn_fail(err, GARNER_NOMEM, "statement: %.80s", sql);
    code = copy_sql(batch, sql, s, err);
    if (code != GARNER_OK)
        return code;
    s->args = copy_args(&batch->arena, args, count);
    if (s->args == NULL)
        return gn_fail(err, GARNER_NOMEM, "values of: %.80s", sql);
    s->count = count;
    s->next = NULL;
    if (batch->last != NULL)
        batch->last->next = s;
    else
        batch->first = s;
    batch->last = s;
    batch->count++;
    batch->bytes += gn_statement_bytes(s);
    return GARNER_OK;
}

enum garner_code gn_batch_copy(const struct garner_batch *batch,
                               struct garner_batch **copy,
                               struct garner_error *err)
{
    enum garner_code code = garner_batch_new(copy, err);

    if (*copy == NULL)
        return code;
    for (const struct gn_statement *s = batch->first;
         s != NULL && code == GARNER_OK; s = s->next)
        code = garner_batch_add(*copy, s->sql, s->args, s->count, err);
    if (code != GARNER_OK) {
        garner_batch_free(*copy);
        *copy = NULL;
        return code;
    }
    (*copy)->ack_set = batch->ack_set;
    (*copy)->ack = batch->ack;
    (*copy)->timeout_ms = batch->timeout_ms;
    return GARNER_OK;
}
