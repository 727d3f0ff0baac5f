#include "faults/life.h"

#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "faults/filler.h"

enum { HELPERS_BATCHES = 4, SUBMITTED = 5 };

/* --- what is told ----------------------------------------------------------
 */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

__attribute__((format(printf, 2, 3))) static void
complain(struct life *life, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    pthread_mutex_lock(&lock);
    if (life->complaint[0] == '\0')
        vsnprintf(life->complaint, sizeof life->complaint, format, args);
    pthread_mutex_unlock(&lock);
    va_end(args);
}

/* true: the call went well. */
static bool went_well(struct life *life, const char *call,
                      enum garner_code code, const struct garner_error *err)
{
    if (code == GARNER_OK)
        return true;
    atomic_fetch_add(&life->errors, 1);
    /* Making it failed: nothing else can go well. */
    if (!atomic_load(&life->has_table) &&
        strstr(err->message, "no such table: kept") != NULL)
        return false;
    if (err->code != code || err->message[0] == '\0')
        complain(life, "%s: %s, but the error says %s '%s'", call,
                 garner_code_name(code), garner_code_name(err->code),
                 err->message);
    else if (life->allows == NULL || !life->allows(code))
        complain(life, "%s: %s: %s", call, garner_code_name(code),
                 err->message);
    return false;
}

static void settle(struct life *life, int batch, enum life_outcome outcome)
{
    atomic_store(&life->outcomes[batch], outcome);
}

static int begin(struct life *life, int rows)
{
    const int batch = atomic_fetch_add(&life->count, 1);

    if (batch >= LIFE_BATCHES)
        abort();
    atomic_store(&life->rows[batch], rows);
    settle(life, batch, LIFE_MAYBE);
    return batch;
}

/* --- writing ----------------------------------------------------------------
 */

static const char insert[] = "insert into kept values (?, ?, ?)";

static void execute(struct life *life)
{
    const int batch = begin(life, 1);
    unsigned char filler[FILLER_LARGEST];
    const struct garner_value args[] = {
        garner_integer(batch), garner_integer(0),
        garner_blob(filler, filler_size(batch, 0))};
    struct garner_error err = {0};

    filler_write(filler, batch, 0);
    settle(life, batch,
           went_well(life, "garner_exec",
                     garner_exec(life->store, insert, args, 3, NULL, &err),
                     &err)
               ? LIFE_KEPT
               : LIFE_NOTHING);
}

/* NULL: no memory. */
static struct garner_batch *make_batch(struct life *life, int batch,
                                       const char *last)
{
    unsigned char filler[FILLER_LARGEST];
    struct garner_error err = {0};
    struct garner_batch *b;
    enum garner_code code = garner_batch_new(&b, &err);

    if (!went_well(life, "garner_batch_new", code, &err))
        return NULL;
    for (int n = 0; n < life->rows[batch] && code == GARNER_OK; n++) {
        filler_write(filler, batch, n);
        code = garner_batch_add(
            b, insert,
            GARNER_ARGS(garner_integer(batch), garner_integer(n),
                        garner_blob(filler, filler_size(batch, n))),
            &err);
    }
    if (code == GARNER_OK && last != NULL)
        code = garner_batch_add(b, last, NULL, 0, &err);
    if (went_well(life, "garner_batch_add", code, &err))
        return b;
    garner_batch_free(b);
    return NULL;
}

static void write_batch(struct life *life, int rows, enum garner_ack ack)
{
    const int batch = begin(life, rows);
    struct garner_batch *b = make_batch(life, batch, NULL);
    struct garner_error err = {0};
    bool well = b != NULL;

    if (well) {
        garner_batch_set_ack(b, ack);
        well = went_well(life, "garner_write",
                         garner_write(life->store, b, NULL, &err), &err);
    }
    settle(life, batch,
           !well                  ? LIFE_NOTHING
           : ack == GARNER_QUEUED ? LIFE_QUEUED
                                  : LIFE_KEPT);
    garner_batch_free(b);
}

/* It breaks its last statement's constraint, after the schema was changed. */
static void write_bad_batch(struct life *life)
{
    const int batch = begin(life, 2);
    struct garner_batch *b = make_batch(
        life, batch, "create index if not exists kept_batch on kept(batch)");
    struct garner_error err = {0};
    enum garner_code code = GARNER_NOMEM;

    if (b != NULL &&
        garner_batch_add(b, "insert into kept values (-1, -1, null)", NULL, 0,
                         &err) == GARNER_OK) {
        code = garner_write(life->store, b, NULL, &err);
        if (code == GARNER_OK)
            complain(life, "a batch that breaks a constraint was acknowledged");
        else if (code != GARNER_CONSTRAINT)
            (void)went_well(life, "garner_write", code, &err);
    }
    settle(life, batch, LIFE_NOTHING);
    garner_batch_free(b);
}

struct awaited {
    struct life *life;
    int batch;
    atomic_int *calls;
};

static void done(void *context, const struct garner_result *result,
                 const struct garner_error *err)
{
    struct awaited *a = context;

    if (err != NULL)
        (void)went_well(a->life, "a submitted batch", err->code, err);
    else if (result->changes != a->life->rows[a->batch])
        complain(a->life, "batch %d changed %lld rows", a->batch,
                 (long long)result->changes);
    settle(a->life, a->batch, err == NULL ? LIFE_KEPT : LIFE_NOTHING);
    atomic_fetch_add(a->calls, 1);
    free(a);
}

/* Returns how many callbacks are due. */
static int submit(struct life *life, atomic_int *calls)
{
    struct awaited *a = malloc(sizeof *a);
    struct garner_error err = {0};
    struct garner_batch *b;

    if (a == NULL)
        abort();
    *a = (struct awaited){life, begin(life, 2), calls};
    b = make_batch(life, a->batch, NULL);
    if (b != NULL &&
        went_well(life, "garner_submit",
                  garner_submit(life->store, b, done, a, &err), &err))
        return 1;
    settle(life, a->batch, LIFE_NOTHING);
    garner_batch_free(b);
    free(a);
    return 0;
}

/* What was queued is kept once a flush went well; after one that failed nobody
 * knows which of it was not. */
static void flush(struct life *life)
{
    const int count = atomic_load(&life->count);
    struct garner_error err = {0};
    const bool well =
        went_well(life, "garner_flush", garner_flush(life->store, &err), &err);

    for (int i = 0; i < count; i++) {
        int queued = LIFE_QUEUED;

        (void)atomic_compare_exchange_strong(&life->outcomes[i], &queued,
                                             well ? LIFE_KEPT : LIFE_MAYBE);
    }
}

/* --- reading ----------------------------------------------------------------
 */

/* Reads every row; those of what was acknowledged before must be among them. */
static void query(struct life *life)
{
    bool kept[LIFE_BATCHES] = {false};
    int seen[LIFE_BATCHES] = {0};
    struct garner_rows *rows;
    struct garner_error err = {0};
    enum garner_code code;

    for (int i = 0; i < atomic_load(&life->count); i++)
        kept[i] = atomic_load(&life->outcomes[i]) == LIFE_KEPT;
    code = garner_query(life->store, "select batch, n, filler from kept", NULL,
                        0, &rows, &err);
    if (!went_well(life, "garner_query", code, &err))
        return;
    while ((code = garner_next(rows, &err)) == GARNER_ROW) {
        const int batch = (int)garner_column(rows, 0).integer;
        const int n = (int)garner_column(rows, 1).integer;
        const struct garner_value filler = garner_column(rows, 2);

        if (batch >= LIFE_BATCHES ||
            !filler_is(filler.bytes.data, filler.bytes.size, batch, n))
            complain(life, "a row that was never written was read");
        else
            seen[batch]++;
    }
    garner_rows_close(rows);
    if (code != GARNER_DONE) {
        (void)went_well(life, "garner_next", code, &err);
        return;
    }
    for (int i = 0; i < LIFE_BATCHES; i++)
        if ((kept[i] || seen[i] != 0) && seen[i] != life->rows[i])
            complain(life, "batch %d: %d rows of %d were read", i, seen[i],
                     life->rows[i]);
}

/* --- a life -----------------------------------------------------------------
 */

static void *help(void *argument)
{
    struct life *life = argument;

    for (int i = 0; i < HELPERS_BATCHES; i++) {
        write_batch(life, 1 + i, i % 2 == 0 ? GARNER_SYNCED : GARNER_COMMITTED);
        query(life);
    }
    return NULL;
}

static void make_table(struct life *life)
{
    struct garner_error err = {0};

    if (went_well(life, "create table",
                  garner_exec(life->store,
                              "create table if not exists kept (batch "
                              "integer, n integer check (n >= 0), filler)",
                              NULL, 0, NULL, &err),
                  &err))
        atomic_store(&life->has_table, true);
}

static void work(struct life *life)
{
    pthread_t helper;
    atomic_int calls = 0;
    int due = 0;
    bool helped;

    make_table(life);
    helped = pthread_create(&helper, NULL, help, life) == 0;
    execute(life);
    write_batch(life, 3, GARNER_COMMITTED);
    for (int i = 0; i < SUBMITTED; i++)
        due += submit(life, &calls);
    write_batch(life, 2, GARNER_QUEUED);
    write_bad_batch(life);
    execute(life);
    flush(life);
    if (helped)
        pthread_join(helper, NULL);
    query(life);
    while (atomic_load(&calls) < due)
        sched_yield();
}

/* Nothing fails any more: nothing may. */
static void recover(struct life *life)
{
    life->heals();
    flush(life); /* it may tell of what failed */
    life->allows = NULL;
    make_table(life);
    write_batch(life, 2, GARNER_SYNCED);
    execute(life);
    flush(life);
    query(life);
}

void life_init(struct life *life, const char *path)
{
    *life = (struct life){.path = path};
    garner_options_init(&life->options);
    life->options.timeout_ms = 60000;
    life->options.gather_ms = 0;
    life->options.wal_bytes = 32768; /* so that checkpoints happen */
    life->options.statements = 4;    /* and statements are dropped */
    life->options.readers = 2;
}

bool life_run(struct life *life)
{
    bool (*const allows)(enum garner_code code) = life->allows;
    struct garner_error err = {0};
    enum garner_code code =
        garner_open(life->path, &life->options, &life->store, &err);

    atomic_store(&life->errors, 0);
    if (!went_well(life, "garner_open", code, &err)) {
        if (life->store != NULL)
            complain(life, "garner_open failed, but gave a store");
        return false;
    }
    work(life);
    if (life->heals != NULL)
        recover(life);
    if (life->leaves != NULL)
        life->leaves(life);
    garner_close(life->store);
    life->store = NULL;
    life->allows = allows;
    return atomic_load(&life->errors) == 0;
}
