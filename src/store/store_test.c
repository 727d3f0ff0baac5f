/* store_test.c - opening by URL, flushing, closing. */
#include "store/door_test.h"

static void options_out_of_range_are_misuse(void **state)
{
    struct garner_options bad[19];
    struct garner_error err;
    size_t n = sizeof bad / sizeof bad[0];

    (void)state;
    for (size_t i = 0; i < n; i++)
        garner_options_init(&bad[i]);
    bad[0].timeout_ms = -1;
    bad[1].gather_ms = -1;
    bad[2].gather_ms = 10001;
    bad[3].queue_statements = 0;
    bad[4].queue_bytes = 0;
    bad[5].group_statements = 0;
    bad[6].group_statements = (1 << 20) + 1;
    bad[7].group_bytes = 0;
    bad[8].wal_bytes = 4095;
    bad[9].readers = 0;
    bad[10].readers = 1025;
    bad[11].statements = 0;
    bad[12].statements = (1 << 16) + 1;
    bad[13].ack = (enum garner_ack)3;
    memset(&bad[14], 0, sizeof bad[14]);
    memset(&bad[15], 0xff, sizeof bad[15] / 2);
    bad[16].wal_most_bytes = 0;
    bad[17].max_read_age_ms = -1;
    bad[18].checkpoint = (enum garner_checkpoint)2;
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(garner_open(fixture.db, &bad[i], &store, &err),
                         GARNER_MISUSE);
        assert_null(store);
    }
    assert_int_equal(access(fixture.db, F_OK), -1); /* nothing was made */
}

static void a_url_names_a_file(void **state)
{
    char url[200];

    (void)state;
    snprintf(url, sizeof url, "sqlite://%s", fixture.db);
    assert_int_equal(open_with(url), GARNER_OK);
    exec("create table t(a)");
    garner_close(store);
    snprintf(url, sizeof url, "sqlite:%s", fixture.db);
    assert_int_equal(open_with(url), GARNER_OK);
    exec("insert into t values (1)");
    garner_close(store);
    assert_int_equal(garner_open(fixture.db, NULL, &store, NULL), GARNER_OK);
    assert_int_equal(number("select count(*) from t"), 1);
    garner_close(store);
    assert_int_equal(open_with("sqlite::memory:"), GARNER_OK);
    exec("create table t(a)");
}

static void refused(const char *url, enum garner_code code, const char *words)
{
    struct garner_error err;

    assert_int_equal(garner_open(url, &options, &store, &err), code);
    assert_null(store);
    if (strstr(err.message, words) == NULL)
        fail_msg("'%s' is not in: %s", words, err.message);
}

static void what_cannot_be_opened_says_why(void **state)
{
    char path[200];
    FILE *file;

    (void)state;
    refused("postgres://me:secret@host/db", GARNER_UNSUPPORTED,
            "postgres: databases of this kind");
    refused("sqlite://relative.db", GARNER_UNSUPPORTED, "sqlite:///ABSOLUTE");
    refused("", GARNER_UNSUPPORTED, "empty");
    refused("sqlite:", GARNER_UNSUPPORTED, "empty");
    refused(fixture.folder, GARNER_IO, "is a folder");
    snprintf(path, sizeof path, "%s/none/t.db", fixture.folder);
    refused(path, GARNER_NOTFOUND, "make it first");
    options.create = false;
    refused(fixture.db, GARNER_NOTFOUND, "no such database");
    options.read_only = true;
    refused(fixture.db, GARNER_NOTFOUND, "no such database");
    file = fopen(fixture.db, "w");
    fprintf(file, "%02000d", 1);
    fclose(file);
    refused(fixture.db, GARNER_CORRUPT, "not SQLite's");
    assert_int_equal(garner_open(NULL, NULL, &store, NULL), GARNER_MISUSE);
    assert_int_equal(garner_open(fixture.db, NULL, NULL, NULL), GARNER_MISUSE);
    garner_close(NULL);
}

static int lines;

static void count_line(void *context, const char *line)
{
    (void)context;
    assert_non_null(strstr(line, "a queued write failed"));
    lines++;
}

static void queued_writes_are_done_by_the_flush(void **state)
{
    struct garner_error err;

    (void)state;
    lines = 0;
    garner_set_log(count_line, NULL);
    options.ack = GARNER_QUEUED;
    options.gather_ms = 10000; /* so that nothing but a flush does them */
    assert_int_equal(open_with(fixture.db), GARNER_OK);
    exec("create table t(a unique)");
    exec("insert into t values (1)");
    exec("insert into t values (1)");
    exec("insert into t values (2)");
    assert_int_equal(garner_flush(store, &err), GARNER_CONSTRAINT);
    assert_non_null(strstr(err.message, "UNIQUE"));
    assert_int_equal(lines, 1);
    assert_int_equal(garner_flush(store, &err), GARNER_OK);
    assert_int_equal(number("select count(*) from t"), 2);
    exec("insert into t values (3)");
    garner_close(store);
    store = NULL;
    assert_string_equal(foreign_text("select count(*) from t"), "3");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(options_out_of_range_are_misuse, with_options),
        WITH(a_url_names_a_file, with_options),
        WITH(what_cannot_be_opened_says_why, with_options),
        WITH(queued_writes_are_done_by_the_flush, with_options),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
