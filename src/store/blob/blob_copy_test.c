/* blob_copy_test.c - whole values in and out; how much memory that takes:
 * blob_large_test.c. */
#include "store/blob/blob_fixture_test.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

static int with_rows(void **state)
{
    if (with_table(state) != 0)
        return -1;
    exec("insert into t values (1, null), (2, 'two')");
    return 0;
}

static void sizes_of_all_kinds_come_through(void **state)
{
    static const int64_t sizes[] = {0,      1,      262143, 262144,
                                    262145, 524288, 700001};

    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct stream s = {0};
        const struct garner_sink sink = {look_at, &s};

        assert_int_equal(import_size(sizes[i], NULL), GARNER_OK);
        assert_int_equal(garner_blob_export(store, "t", "b", 1, &sink, NULL),
                         GARNER_OK);
        assert_int_equal(s.left, sizes[i]);
        assert_int_equal(number("select length(b) from t where a = 1"),
                         sizes[i]);
    }
}

static void a_source_may_give_little_at_a_time(void **state)
{
    struct stream s = {.left = 4096, .most = 8, .fails_at = -1};
    const struct garner_source source = source_of(&s, 4096);
    struct stream back = {0};
    const struct garner_sink sink = {look_at, &back};

    (void)state;
    assert_int_equal(garner_blob_import(store, "t", "b", 1, &source, NULL),
                     GARNER_OK);
    assert_int_equal(garner_blob_export(store, "t", "b", 1, &sink, NULL),
                     GARNER_OK);
    assert_int_equal(back.left, 4096);
}

/* --- what goes wrong -------------------------------------------------------
 */

static void import_fails(const struct garner_source *source, int64_t rowid,
                         enum garner_code code, const char *words)
{
    struct garner_error err;

    assert_int_equal(garner_blob_import(store, "t", "b", rowid, source, &err),
                     code);
    assert_int_equal(err.code, code);
    if (strstr(err.message, words) == NULL)
        fail_msg("'%s' is not in: %s", words, err.message);
    assert_int_equal(garner_blob_import(store, "t", "b", rowid, source, NULL),
                     code);
    assert_int_equal(number("select b = 'two' from t where a = 2"), 1);
}

static enum garner_code give_too_much(void *context, void *buffer, size_t room,
                                      size_t *size, struct garner_error *err)
{
    (void)context;
    (void)buffer;
    (void)err;
    *size = room + 1;
    return GARNER_OK;
}

static void a_value_is_as_it_was_if_it_fails(void **state)
{
    struct stream short_one = {.left = 0, .most = 1000, .fails_at = -1};
    struct stream failing = {.left = 0, .most = 1000, .fails_at = 0};
    struct garner_source source = source_of(&short_one, 600000);

    (void)state;
    import_fails(&source, 2, GARNER_INVALID, "said 600000 bytes, but gave 0");
    source = source_of(&failing, 600000);
    import_fails(&source, 2, GARNER_CANCELED, "no");
    source.read = give_too_much;
    import_fails(&source, 2, GARNER_INVALID, "or more");
    import_fails(&source, 3, GARNER_NOTFOUND, "t has no row 3");
    source.size = -1;
    import_fails(&source, 2, GARNER_INVALID, "1,000,000,000");
    source.size = INT64_MAX;
    import_fails(&source, 2, GARNER_INVALID, "1,000,000,000");
    source.size = 2000000000;
    import_fails(&source, 2, GARNER_SQL, "too big");
}

static enum garner_code refuse(void *context, const void *data, size_t size,
                               struct garner_error *err)
{
    (void)context;
    (void)data;
    (void)size;
    *err = (struct garner_error){.code = GARNER_CANCELED, .message = "no"};
    return GARNER_CANCELED;
}

static void a_sink_may_refuse(void **state)
{
    const struct garner_sink sink = {refuse, NULL};
    struct garner_error err;

    (void)state;
    assert_int_equal(garner_blob_export(store, "t", "b", 2, &sink, &err),
                     GARNER_CANCELED);
    assert_string_equal(err.message, "no");
    assert_int_equal(garner_blob_export(store, "t", "b", 2, &sink, NULL),
                     GARNER_CANCELED);
    assert_int_equal(garner_blob_export(store, "t", "b", 3, &sink, NULL),
                     GARNER_NOTFOUND);
    exec("delete from t"); /* nothing is left open */
}

static void what_is_missing_is_misuse(void **state)
{
    const struct garner_source no_source = {NULL, NULL, 0};
    const struct garner_source source = {make_up, NULL, 0};
    const struct garner_sink no_sink = {NULL, NULL};

    (void)state;
    assert_int_equal(garner_blob_import(store, "t", "b", 1, NULL, NULL),
                     GARNER_MISUSE);
    assert_int_equal(garner_blob_import(store, "t", "b", 1, &no_source, NULL),
                     GARNER_MISUSE);
    assert_int_equal(garner_blob_import(store, "t", NULL, 1, &source, NULL),
                     GARNER_MISUSE);
    assert_int_equal(garner_blob_import(NULL, "t", "b", 1, &source, NULL),
                     GARNER_MISUSE);
    assert_int_equal(garner_blob_export(store, "t", "b", 1, NULL, NULL),
                     GARNER_MISUSE);
    assert_int_equal(garner_blob_export(store, "t", "b", 1, &no_sink, NULL),
                     GARNER_MISUSE);
    assert_int_equal(garner_source_of_file(0, NULL, NULL), GARNER_MISUSE);
}

static void names_are_quoted(void **state)
{
    struct stream s = {.left = 16, .most = SIZE_MAX, .fails_at = -1};
    const struct garner_source source = source_of(&s, 16);

    (void)state;
    exec("create table \"a \"\"table\"\"\"(\"the; column\")");
    exec("insert into \"a \"\"table\"\"\" values (null)");
    assert_int_equal(garner_blob_import(store, "a \"table\"", "the; column", 1,
                                        &source, NULL),
                     GARNER_OK);
    assert_int_equal(
        number("select length(\"the; column\") from \"a \"\"table\"\"\""), 16);
}

/* --- files -----------------------------------------------------------------
 */

static void files_come_in_and_go_out(void **state)
{
    char path[128];
    char text[32] = {0};
    struct garner_source source;
    struct garner_sink sink;
    int ends[2];
    int file;

    (void)state;
    snprintf(path, sizeof path, "%s/file", fixture.folder);
    file = open(path, O_RDWR | O_CREAT, 0600);
    assert_true(file >= 0);
    assert_int_equal(write(file, "head and body", 13), 13);
    assert_int_equal(lseek(file, 9, SEEK_SET), 9);
    assert_int_equal(garner_source_of_file(file, &source, NULL), GARNER_OK);
    assert_int_equal(source.size, 4);
    assert_int_equal(garner_blob_import(store, "t", "b", 1, &source, NULL),
                     GARNER_OK);
    assert_int_equal(garner_source_of_file(file, &source, NULL), GARNER_OK);
    assert_int_equal(source.size, 0); /* it is at its end */
    assert_int_equal(close(file), 0);
    assert_int_equal(pipe(ends), 0);
    sink = garner_sink_of_file(ends[1]);
    assert_int_equal(garner_blob_export(store, "t", "b", 1, &sink, NULL),
                     GARNER_OK);
    assert_int_equal(read(ends[0], text, sizeof text), 4);
    assert_string_equal(text, "body");
    assert_int_equal(garner_source_of_file(ends[0], &source, NULL),
                     GARNER_UNSUPPORTED);
    assert_int_equal(close(ends[0]), 0);
    assert_int_equal(close(ends[1]), 0);
}

static void errors_of_files_are_said(void **state)
{
    const int full = open("/dev/full", O_WRONLY);
    struct garner_sink sink = garner_sink_of_file(full);
    struct garner_source source;
    struct garner_error err;
    char path[128];
    int file;

    (void)state;
    assert_true(full >= 0);
    assert_int_equal(garner_blob_export(store, "t", "b", 2, &sink, &err),
                     GARNER_IO);
    assert_int_equal(err.native, ENOSPC);
    assert_int_equal(close(full), 0);
    assert_int_equal(garner_source_of_file(-1, &source, &err), GARNER_IO);
    assert_int_equal(err.native, EBADF);
    snprintf(path, sizeof path, "%s/file", fixture.folder);
    file = open(path, O_WRONLY | O_CREAT, 0600);
    assert_true(file >= 0);
    assert_int_equal(ftruncate(file, 100), 0);
    assert_int_equal(garner_source_of_file(file, &source, NULL), GARNER_OK);
    assert_int_equal(garner_blob_import(store, "t", "b", 2, &source, &err),
                     GARNER_IO); /* not open for reading */
    assert_int_equal(err.native, EBADF);
    assert_int_equal(close(file), 0);
    assert_int_equal(number("select b = 'two' from t where a = 2"), 1);
}

/* --- lost memory -----------------------------------------------------------
 */

static void each_lost_allocation_is_an_error(void **state)
{
    enum garner_code code = GARNER_NOMEM;

    (void)state;
    for (unsigned nth = 1; code != GARNER_OK || nth < 6; nth++) {
        struct stream back = {0};
        const struct garner_sink sink = {look_at, &back};

        gn_mem_fail_at(nth);
        code = import_size(1000, NULL);
        if (code == GARNER_OK)
            code = garner_blob_export(store, "t", "b", 1, &sink, NULL);
        gn_mem_fail_at(0);
        assert_true(code == GARNER_OK || code == GARNER_NOMEM);
        assert_true(nth < 50);
    }
    exec("delete from t"); /* nothing is left open */
}

#define ROWS(f) WITH(f, with_rows)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROWS(sizes_of_all_kinds_come_through),
        ROWS(a_source_may_give_little_at_a_time),
        ROWS(a_value_is_as_it_was_if_it_fails),
        ROWS(a_sink_may_refuse),
        ROWS(what_is_missing_is_misuse),
        ROWS(names_are_quoted),
        ROWS(files_come_in_and_go_out),
        ROWS(errors_of_files_are_said),
        ROWS(each_lost_allocation_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
