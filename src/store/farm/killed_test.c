/*
 * killed_test.c - slots are moved while two processes write, and whoever
 * moves them is killed: no row is lost, none is there twice, none is seen
 * twice, and what a thread hands over stays in order.
 *
 * The test starts itself anew for the writers and the mover.
 */
#include "store/farm/fixture_test.h"

#include "store/process_test.h"

#include <semaphore.h>
#include <stdatomic.h>

#include "base/random.h"

enum { WRITERS = 2, BASE = 300, KEYS = 40, AHEAD = 64 };

static struct garner_store *open_in(const char *folder)
{
    struct garner_options o;
    struct garner_store *s;
    struct garner_error err;

    garner_options_init(&o);
    o.ack = GARNER_COMMITTED;
    o.timeout_ms = 50000;
    o.gather_ms = 1;
    if (garner_open(folder, &o, &s, &err) == GARNER_OK)
        return s;
    fprintf(stderr, "%s\n", err.message);
    _exit(3);
}

static void be_quiet(void *context, const char *line)
{
    (void)context;
    (void)line;
}

/* --- a writer --------------------------------------------------------------
 */

struct writer {
    struct garner_store *farm;
    const char *name;
    sem_t room; /* for what is handed over and not yet settled */
    atomic_int failed;
};

static void die(const char *what, const struct garner_error *err)
{
    fprintf(stderr, "%s: %s\n", what, err != NULL ? err->message : "");
    _exit(4);
}

static int name_key(char key[64], const char *kind, const char *name, int n)
{
    return snprintf(key, 64, "%s %s %d", kind, name, n);
}

/* A row that is new. */
static void insert(struct writer *w, int n)
{
    struct garner_error err;
    char key[64];
    const int size = name_key(key, "row", w->name, n);

    if (garner_exec(garner_shard(w->farm, key, (size_t)size),
                    "insert into t values (?, ?)",
                    GARNER_ARGS(garner_text(key), garner_integer(n + BASE)),
                    NULL, &err) != GARNER_OK)
        die("insert", &err);
}

/* One more in a row that is there: it must be found wherever it is, and read
 * back at once. */
static void count_up(struct writer *w, int n)
{
    struct garner_result result;
    struct garner_error err;
    struct garner_rows *rows;
    struct garner_store *shard;
    char key[64];
    const int size = name_key(key, "sum", w->name, n % KEYS);

    shard = garner_shard(w->farm, key, (size_t)size);
    if (garner_exec(shard, "update c set n = n + 1 where k = ?",
                    GARNER_ARGS(garner_text(key)), &result, &err) != GARNER_OK)
        die("update", &err);
    if (result.changes != 1)
        die("update found no row", NULL);
    if (garner_query(shard, "select n from c where k = ?",
                     GARNER_ARGS(garner_text(key)), &rows, &err) != GARNER_OK)
        die("query", &err);
    if (garner_next(rows, &err) != GARNER_ROW ||
        garner_column(rows, 0).integer != n / KEYS + 1)
        die("a row was read that is old, or none", NULL);
    garner_rows_close(rows);
}

static void settled(void *context, const struct garner_result *result,
                    const struct garner_error *err)
{
    struct writer *w = context;

    if (err != NULL || result->changes != 1) {
        if (atomic_fetch_add(&w->failed, 1) == 0)
            fprintf(stderr, "handed over: %s\n",
                    err != NULL ? err->message : "out of order");
    }
    (void)sem_post(&w->room); /* it cannot overflow */
}

/* Each step counts only if the one before it was done. */
static void hand_over(struct writer *w, int n)
{
    struct garner_batch *batch;
    struct garner_error err;
    char key[64];
    const int size = name_key(key, "seq", w->name, n % KEYS);

    while (sem_wait(&w->room) != 0) /* interrupted */
        ;
    if (garner_batch_new(&batch, &err) != GARNER_OK ||
        garner_batch_add(batch, "update c set n = ? where k = ? and n = ?",
                         GARNER_ARGS(garner_integer(n / KEYS + 1),
                                     garner_text(key),
                                     garner_integer(n / KEYS)),
                         &err) != GARNER_OK ||
        garner_submit(garner_shard(w->farm, key, (size_t)size), batch, settled,
                      w, &err) != GARNER_OK)
        die("hand over", &err);
}

static void start_counters(struct writer *w)
{
    static const char *const kinds[] = {"sum", "seq"};
    struct garner_error err;

    for (int i = 0; i < 2 * KEYS; i++) {
        char key[64];
        const int size = name_key(key, kinds[i % 2], w->name, i / 2);

        if (garner_exec(garner_shard(w->farm, key, (size_t)size),
                        "insert into c values (?, 0)",
                        GARNER_ARGS(garner_text(key)), NULL, &err) != GARNER_OK)
            die("counter", &err);
    }
}

/* Until standard input ends. Prints how many rounds it made. */
static int write_rows(const char *folder, const char *name)
{
    struct writer w = {.farm = open_in(folder), .name = name};
    struct garner_error err;
    int room;
    int n = 0;
    char byte;

    garner_set_log(be_quiet, NULL);
    assert_int_equal(sem_init(&w.room, 0, AHEAD), 0);
    start_counters(&w);
    assert_int_equal(fcntl(0, F_SETFL, O_NONBLOCK), 0);
    puts("ready");
    (void)fflush(stdout);
    for (; read(0, &byte, 1) != 0; n++) {
        insert(&w, n);
        count_up(&w, n);
        hand_over(&w, n);
    }
    if (garner_flush(w.farm, &err) != GARNER_OK)
        die("flush", &err);
    garner_close(w.farm);
    printf("%d\n", n);
    assert_int_equal(sem_getvalue(&w.room, &room), 0);
    return atomic_load(&w.failed) == 0 && room == AHEAD ? 0 : 1;
}

/* --- the mover -------------------------------------------------------------
 */

static int move(const char *folder, unsigned shards, int points)
{
    struct death death = {"", points};
    struct garner_store *farm;
    struct garner_error err;
    enum garner_code code;

    garner_set_log(be_quiet, NULL);
    farm = open_in(folder);
    gn_fault_set(process_die, &death);
    code = garner_farm_resize(farm, shards, &err);
    gn_fault_set(NULL, NULL);
    if (code != GARNER_OK)
        fprintf(stderr, "resize: %s\n", err.message);
    garner_close(farm);
    return code == GARNER_OK ? 0 : 1;
}

/* --- the test --------------------------------------------------------------
 */

static void start_writers(struct process writers[WRITERS])
{
    static const char *const names[] = {"a", "b"};
    char line[16];

    for (int i = 0; i < WRITERS; i++) {
        writers[i] = process_start(
            (const char *[]){"test", "write", fixture.folder, names[i], NULL});
        assert_non_null(fgets(line, sizeof line, writers[i].out));
    }
}

/* What was there before is always seen exactly once. */
static void look(void)
{
    assert_int_equal(sum_of(store, "select count(*) from t where n < 300"),
                     BASE);
    assert_int_equal(sum_of(store, "select n from t where n < 300"),
                     BASE * (BASE - 1) / 2);
}

/* Returns whether it was killed. */
static bool move_once(unsigned shards, int points)
{
    char number[16];
    char left[16];
    struct process mover;

    snprintf(number, sizeof number, "%u", shards);
    snprintf(left, sizeof left, "%d", points);
    mover = process_start(
        (const char *[]){"test", "move", fixture.folder, number, left, NULL});
    while (process_runs(&mover))
        look();
    return process_was_killed(&mover);
}

static void check_writer(const char *name, int rounds)
{
    char sql[256];

    snprintf(sql, sizeof sql, "select count(*) from t where k glob 'row %s *'",
             name);
    assert_int_equal(sum_of(store, sql), rounds);
    snprintf(sql, sizeof sql, "select n - %d from t where k glob 'row %s *'",
             BASE, name);
    assert_int_equal(sum_of(store, sql), (int64_t)rounds * (rounds - 1) / 2);
    snprintf(sql, sizeof sql, "select n from c where k glob 'sum %s *'", name);
    assert_int_equal(sum_of(store, sql), rounds);
    snprintf(sql, sizeof sql, "select n from c where k glob 'seq %s *'", name);
    assert_int_equal(sum_of(store, sql), rounds);
}

static void stop_writers(struct process writers[WRITERS])
{
    static const char *const names[] = {"a", "b"};

    for (int i = 0; i < WRITERS; i++) {
        int rounds = 0;

        process_close_input(&writers[i]);
        assert_int_equal(fscanf(writers[i].out, "%d", &rounds), 1);
        assert_false(process_was_killed(&writers[i]));
        print_message("%s: %d rounds\n", names[i], rounds);
        assert_true(rounds > 0);
        check_writer(names[i], rounds);
    }
}

static void check_places(void)
{
    for (size_t i = 0; i < garner_shard_count(store); i++) {
        struct garner_store *shard = garner_shard_at(store, i);

        assert_int_equal(
            sum_of(shard, "select count(*) from t where garner_slot(k) not in "
                          "(select slot from garner_slot where state = 1)"),
            0);
        assert_int_equal(
            sum_of(shard,
                   "select count(*) from garner_slot where state in (2, 3)"),
            0);
    }
}

static void make_farm(void)
{
    options.ack = GARNER_COMMITTED;
    options.timeout_ms = 60000;
    assert_int_equal(open_farm(2, NULL), GARNER_OK);
    exec_all("create table t(k text primary key, n integer)");
    exec_all("create table c(k text primary key, n integer) without rowid");
    for (int n = 0; n < BASE; n++)
        assert_int_equal(add_key(store, n, NULL), GARNER_OK);
    assert_int_equal(garner_farm_key(store, "t", "k", NULL), GARNER_OK);
    assert_int_equal(garner_farm_key(store, "c", "k", NULL), GARNER_OK);
}

static void nothing_is_lost_when_the_mover_is_killed(void **state)
{
    static const unsigned shards[] = {3, 1, 4, 2};
    struct process writers[WRITERS];
    uint64_t random = 20260101;
    int killed = 0;

    (void)state;
    make_farm();
    start_writers(writers);
    for (int round = 0; round < 16; round++)
        killed += move_once(shards[round % 4],
                            1 + (int)(gn_random_next(&random) % 250));
    assert_true(killed > 0);
    assert_false(move_once(3, 0));
    stop_writers(writers);
    look();
    check_places();
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        WITH(nothing_is_lost_when_the_mover_is_killed, with_options),
    };

    if (argc == 4 && strcmp(argv[1], "write") == 0)
        return write_rows(argv[2], argv[3]);
    if (argc == 5 && strcmp(argv[1], "move") == 0)
        return move(argv[2], (unsigned)atoi(argv[3]), atoi(argv[4]));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
