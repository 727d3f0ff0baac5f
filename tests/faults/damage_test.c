/* damage_test.c - files that others damage, lock, replace or remove: the store
 * says what is wrong, or works with what is whole; it never crashes, and what
 * it acknowledged is not lost by its own doing. */
#include "store/fixture_test.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include "base/random.h"
#include "faults/filler.h"
#include "faults/start.h"
#include "garner/garner.h"

static uint64_t seed;

static uint64_t below(uint64_t limit)
{
    return limit > 0 ? gn_random_next(&seed) % limit : 0;
}

static void ignore(void *context, const char *line)
{
    (void)context;
    (void)line;
}

static int up(void **state)
{
    garner_set_log(ignore, NULL);
    return fixture_up(state);
}

static int down(void **state)
{
    garner_set_log(NULL, NULL);
    return fixture_down(state);
}

static struct garner_store *open_with(int timeout_ms)
{
    struct garner_options options;
    struct garner_store *store;
    struct garner_error err;

    garner_options_init(&options);
    options.timeout_ms = timeout_ms;
    if (garner_open(fixture.db, &options, &store, &err) != GARNER_OK)
        fail_msg("%s", err.message);
    return store;
}

static void must(struct garner_store *store, const char *sql)
{
    struct garner_error err;

    if (garner_exec(store, sql, NULL, 0, NULL, &err) != GARNER_OK)
        fail_msg("%s: %s", sql, err.message);
}

/* --- bytes that are not what they were
 * ---------------------------------------- */

/* A few flipped bits, a lost end, a page of something else. */
static void damage(struct image_file *file)
{
    unsigned char *bytes = file->data;
    size_t *size = &file->size;
    const size_t at = below(*size);
    size_t end = at + 1 + below(4096);

    end = end < *size ? end : *size;
    switch (below(5)) {
    case 0: /* in the first bytes, which say how to read the others */
        bytes[below(*size < 100 ? *size : 100)] ^= (unsigned char)below(256);
        break;
    case 1:
        *size = at;
        break;
    case 2:
        memset(bytes + at, 0, end - at);
        break;
    case 3:
        for (size_t i = at; i < end; i++)
            bytes[i] = (unsigned char)below(256);
        break;
    default:
        for (uint64_t i = 0; i < 1 + below(8); i++)
            bytes[below(*size)] ^= (unsigned char)(1U << below(8));
        break;
    }
}

/* Its first page says nothing any more, which cannot be overlooked. */
static void ruin(struct image_file *file)
{
    memset(file->data, 0xff, file->size < 4096 ? file->size : 4096);
}

/* Where the log is damaged, what it alone held is gone; but each batch is whole
 * or not there, and all goes on. */
static void a_damaged_log_leaves_a_whole_database(void **state)
{
    const int rounds = (int)sweep_rounds(100, 500);
    struct start start;

    (void)state;
    start_crashed(&start, fixture.db);
    for (int i = 0; i < start.count; i++)
        if (start.outcomes[i] == LIFE_KEPT)
            start.outcomes[i] = LIFE_MAYBE;
    for (int round = 0; round < rounds; round++) {
        struct image damaged = image_copy(&start.image);
        struct life life;

        damage(&damaged.files[IMAGE_LOG]);
        start_life(&start, fixture.db, &life);
        image_put(&damaged, fixture.db);
        image_free(&damaged);
        if (!life_run(&life) || !life_audit(&life))
            fail_msg("log damaged, round %d: %s", round, life.complaint);
    }
    start_free(&start);
    print_message("faults: logs damaged: %d\n", rounds);
}

static bool is_of_damage(enum garner_code code)
{
    return code == GARNER_CORRUPT || code == GARNER_IO || code == GARNER_SQL ||
           code == GARNER_NOMEM || code == GARNER_UNSUPPORTED;
}

/* What a program does that trusts its database: any answer, but an answer. */
static bool use(struct garner_store *store, struct garner_error *err)
{
    struct garner_rows *rows;
    enum garner_code code =
        garner_exec(store, "insert into kept values (1, 1, zeroblob(5000))",
                    NULL, 0, NULL, err);

    if (code != GARNER_OK)
        return is_of_damage(code) || code == GARNER_CONSTRAINT;
    code = garner_query(store, "select * from kept", NULL, 0, &rows, err);
    if (code != GARNER_OK)
        return is_of_damage(code);
    do
        code = garner_next(rows, err);
    while (code == GARNER_ROW);
    garner_rows_close(rows);
    return code == GARNER_DONE || is_of_damage(code);
}

static void a_damaged_database_is_told_or_read_as_it_is(void **state)
{
    const int rounds = (int)sweep_rounds(100, 500);
    struct garner_options options;
    struct start start;
    int told = 0;

    (void)state;
    garner_options_init(&options);
    options.timeout_ms = 1000;
    start_crashed(&start, fixture.db);
    for (int round = 0; round < rounds; round++) {
        struct image damaged = image_copy(&start.image);
        struct garner_store *store;
        struct garner_error err = {0};
        enum garner_code code;

        if (round == 0)
            ruin(&damaged.files[IMAGE_DATABASE]);
        else
            damage(&damaged.files[IMAGE_DATABASE]);
        if (round == 0 || below(2) == 0)
            damaged.files[IMAGE_LOG].size = 0;
        image_put(&damaged, fixture.db);
        image_free(&damaged);
        code = garner_open(fixture.db, &options, &store, &err);
        if (code != GARNER_OK ? !is_of_damage(code) : !use(store, &err))
            fail_msg("database damaged, round %d: %s", round, err.message);
        told += err.code == GARNER_CORRUPT;
        garner_close(store);
    }
    start_free(&start);
    assert_true(told > 0);
    print_message("faults: databases damaged: %d, of which %d were told\n",
                  rounds, told);
}

/* --- a locked file
 * ------------------------------------------------------------- */

/* Locks the whole file as a program does that backs it up, says so, and stays.
 */
static pid_t lock_whole_file(void)
{
    struct flock all = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int ready[2];
    char byte;
    pid_t child;

    assert_int_equal(pipe(ready), 0);
    child = fork();
    if (child == 0) {
        const int file = open(fixture.db, O_RDWR);

        if (file < 0 || fcntl(file, F_SETLK, &all) != 0 ||
            write(ready[1], "x", 1) != 1)
            _exit(1);
        for (;;)
            pause();
    }
    assert_true(child > 0);
    close(ready[1]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    return child;
}

static void end(pid_t child)
{
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
}

static void a_locked_file_is_busy_until_it_is_let_go(void **state)
{
    struct garner_options options;
    struct garner_store *store = open_with(20000);
    struct garner_error err;
    pid_t holder;

    (void)state;
    must(store, "create table t (a)");
    garner_close(store);
    holder = lock_whole_file();
    garner_options_init(&options);
    options.timeout_ms = 50;
    assert_int_equal(garner_open(fixture.db, &options, &store, &err),
                     GARNER_BUSY);
    assert_non_null(strstr(err.message, "not garner's"));
    end(holder);
    store = open_with(20000);
    must(store, "insert into t values (1)");
    garner_close(store);
}

/* --- files that are elsewhere
 * -------------------------------------------------- */

static const char *beside(const char *suffix)
{
    static char path[4][160];
    static int next;

    next = (next + 1) % 4;
    snprintf(path[next], sizeof path[0], "%s%s", fixture.db, suffix);
    return path[next];
}

static enum garner_code insert(struct garner_store *store,
                               struct garner_error *err)
{
    return garner_exec(store, "insert into t values (1)", NULL, 0, NULL, err);
}

/* Writes until that is refused: the files are looked at every millisecond. */
static void write_until_refused(struct garner_store *store, const char *words)
{
    struct garner_error err;
    enum garner_code code;

    while ((code = insert(store, &err)) == GARNER_OK)
        ;
    assert_int_equal(code, GARNER_IO);
    if (strstr(err.message, words) == NULL)
        fail_msg("'%s' is not in: %s", words, err.message);
}

/* What was acknowledged is in the log that was removed, which is copied when
 * the store is closed. */
static void removed_while_open(const char *suffix)
{
    struct garner_store *store = open_with(20000);
    char words[80];

    must(store, "create table t (a)");
    for (int i = 0; i < 100; i++)
        must(store, "insert into t values (7)");
    assert_int_equal(unlink(beside(suffix)), 0);
    snprintf(words, sizeof words, "%s was moved or removed", beside(suffix));
    write_until_refused(store, words);
    garner_close(store);
    assert_string_equal(foreign_text("select count(*) from t where a = 7"),
                        "100");
    store = open_with(20000);
    must(store, "insert into t values (1)");
    garner_close(store);
}

static void a_log_that_was_removed_is_not_written_to(void **state)
{
    (void)state;
    removed_while_open("-wal");
}

static void nor_one_whose_index_was(void **state)
{
    (void)state;
    removed_while_open("-shm");
}

/* As a backup that is moved to its place while the store is open. */
static void
a_database_that_was_replaced_is_neither_written_nor_read(void **state)
{
    struct garner_store *store = open_with(20000);
    struct garner_rows *held;
    struct garner_rows *rows;
    struct garner_error err;

    (void)state;
    must(store, "create table t (a)");
    must(store, "insert into t values (7)");
    assert_int_equal(
        garner_query(store, "select a from t", NULL, 0, &held, NULL),
        GARNER_OK);
    assert_int_equal(garner_next(held, NULL), GARNER_ROW);
    assert_int_equal(rename(fixture.db, beside(".old")), 0);
    foreign_close(foreign_open());
    write_until_refused(store, "t.db was moved or removed");
    /* A connection more would be one to the other file. */
    assert_int_equal(
        garner_query(store, "select a from t", NULL, 0, &rows, &err),
        GARNER_IO);
    assert_non_null(strstr(err.message, "t.db was moved or removed"));
    assert_int_equal(garner_next(held, NULL), GARNER_DONE);
    garner_rows_close(held);
    assert_int_equal(rename(beside(".old"), fixture.db), 0);
    must(store, "insert into t values (7)");
    garner_close(store);
    assert_string_equal(foreign_text("select count(*) > 1 from t where a = 7"),
                        "1");
}

/* More read connections are opened as they are needed. */
static void a_relative_name_is_of_the_folder_it_was_opened_in(void **state)
{
    char folder[400];
    struct garner_options options;
    struct garner_store *store;
    struct garner_rows *rows[3];

    (void)state;
    assert_non_null(getcwd(folder, sizeof folder));
    assert_int_equal(chdir(fixture.folder), 0);
    garner_options_init(&options);
    assert_int_equal(garner_open("t.db", &options, &store, NULL), GARNER_OK);
    assert_int_equal(chdir(folder), 0);
    must(store, "create table t (a)");
    must(store, "insert into t values (7)");
    for (int i = 0; i < 3; i++) {
        assert_int_equal(
            garner_query(store, "select a from t", NULL, 0, &rows[i], NULL),
            GARNER_OK);
        assert_int_equal(garner_next(rows[i], NULL), GARNER_ROW);
    }
    for (int i = 0; i < 3; i++)
        garner_rows_close(rows[i]);
    garner_close(store);
}

#define WITH(f) cmocka_unit_test_setup_teardown(f, up, down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(a_damaged_log_leaves_a_whole_database),
        WITH(a_damaged_database_is_told_or_read_as_it_is),
        WITH(a_locked_file_is_busy_until_it_is_let_go),
        WITH(a_log_that_was_removed_is_not_written_to),
        WITH(nor_one_whose_index_was),
        WITH(a_relative_name_is_of_the_folder_it_was_opened_in),
        WITH(a_database_that_was_replaced_is_neither_written_nor_read),
    };
    const char *given = getenv("FAULTS_SEED");

    /* Named, so that a failure can be tried again. */
    seed = given != NULL ? strtoull(given, NULL, 10)
                         : (uint64_t)gn_clock_monotonic_ns();
    print_message("FAULTS_SEED=%llu\n", (unsigned long long)seed);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
