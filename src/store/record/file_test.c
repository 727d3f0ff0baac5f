/* file_test.c - a file's bytes become a record; what is none, or must
 * not be touched, does not. */
#include "store/record/fixture_test.h"

#include <sys/stat.h>
#include <sys/wait.h>

static char path[128];

static void write_file(const char *name, const char *data, size_t size)
{
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", fixture.folder, name);
    file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static void its_bytes_come_back(void **state)
{
    static char data[300000];
    struct garner_record *r;
    int64_t id;

    (void)state;
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (char)(i * i / 100);
    write_file("image.png", data, sizeof data);
    assert_works(garner_put_file(store, "files", path, NULL, &id, &err));
    assert_works(garner_get(store, "files", id, &r, &err));
    assert_string_equal(r->notes, path);
    assert_int_equal(r->size, sizeof data);
    assert_memory_equal(r->data, data, sizeof data);
    garner_record_free(r);
}

static void the_rest_is_as_it_is_told(void **state)
{
    const struct garner_entry entry = {
        .notes = "#image", .time_us = 77, .delay_ms = 1000};
    const struct garner_entry unnoted = {.time_us = 78};
    struct garner_record *r;
    int64_t id;

    (void)state;
    write_file("empty", "", 0);
    assert_works(garner_put_file(store, NULL, path, &entry, &id, &err));
    assert_works(garner_get(store, NULL, id, &r, &err));
    assert_string_equal(r->notes, "#image");
    assert_int_equal(r->time_us, 77);
    assert_int_equal(r->size, 0);
    garner_record_free(r);
    assert_works(garner_put_file(store, NULL, path, &unnoted, &id, &err));
    assert_works(garner_get(store, NULL, id, &r, &err));
    assert_string_equal(r->notes, path);
    garner_record_free(r);
}

/* What another program writes, as a fetched page: it has no size before its
 * end. */
static void a_pipe_is_read_to_its_end(void **state)
{
    struct garner_record *r;
    int64_t id;
    pid_t child;

    (void)state;
    snprintf(path, sizeof path, "%s/pipe", fixture.folder);
    assert_int_equal(mkfifo(path, 0600), 0);
    child = fork();
    if (child == 0) {
        FILE *file = fopen(path, "wb");

        for (int i = 0; file != NULL && i < 50000; i++)
            fprintf(file, "line %d\n", i);
        _exit(file == NULL || fclose(file) != 0);
    }
    assert_works(garner_put_file(store, NULL, path, NULL, &id, &err));
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_works(garner_get(store, NULL, id, &r, &err));
    assert_int_equal(r->size, 538890);
    assert_string_equal((const char *)r->data + r->size - 11, "line 49999\n");
    garner_record_free(r);
}

static void what_cannot_be_read_is_told(void **state)
{
    const struct garner_entry with_data = {.data = "x", .size = 1};
    int64_t id = 9;

    (void)state;
    snprintf(path, sizeof path, "%s/none", fixture.folder);
    assert_fails(garner_put_file(store, NULL, path, NULL, &id, &err),
                 GARNER_NOTFOUND, "none cannot be read: No such file");
    assert_int_equal(id, 0);
    assert_fails(garner_put_file(store, NULL, fixture.folder, NULL, NULL, &err),
                 GARNER_INVALID, "is a folder; name a file");
    assert_fails(
        garner_put_file(store, NULL, "/proc/self/mem", NULL, NULL, &err),
        GARNER_IO, "/proc/self/mem cannot be read");
    if (MUCH_MAY_BE_READ)
        assert_fails(
            garner_put_file(store, NULL, "/dev/zero", NULL, NULL, &err),
            GARNER_INVALID, "is larger than 268435456 bytes");
    write_file("sparse", "", 0);
    assert_int_equal(truncate(path, (off_t)GARNER_RECORD_MAX + 1), 0);
    assert_fails(garner_put_file(store, NULL, path, NULL, NULL, &err),
                 GARNER_INVALID, "sparse is larger than 268435456 bytes");
    assert_fails(garner_put_file(store, NULL, NULL, NULL, NULL, &err),
                 GARNER_MISUSE, "wants a path");
    assert_fails(garner_put_file(store, NULL, path, &with_data, NULL, &err),
                 GARNER_MISUSE, "and no data");
    assert_fails(garner_put_file(NULL, NULL, path, NULL, NULL, &err),
                 GARNER_MISUSE, "the store is NULL");
    write_file("\xff", "x", 1);
    assert_fails(garner_put_file(store, NULL, path, NULL, NULL, &err),
                 GARNER_INVALID, "notes are not UTF-8");
}

/* To close it would drop the locks of this process on it. */
static void the_database_itself_is_not_opened(void **state)
{
    static const char *const ends[] = {"", "-wal", "-shm", "-turn"};
    char link_path[128];

    (void)state;
    (void)put(NULL, "a", "b");
    for (size_t i = 0; i < 4; i++) {
        snprintf(path, sizeof path, "%s%s", fixture.db, ends[i]);
        assert_fails(garner_put_file(store, NULL, path, NULL, NULL, &err),
                     GARNER_INVALID, "is the database itself");
    }
    snprintf(link_path, sizeof link_path, "%s/link", fixture.folder);
    assert_int_equal(symlink(fixture.db, link_path), 0);
    assert_fails(garner_put_file(store, NULL, link_path, NULL, NULL, &err),
                 GARNER_INVALID, "link is the database itself");
}

static void lost_memory_is_an_error(void **state)
{
    unsigned nth = 1;
    enum garner_code code;

    (void)state;
    write_file("file", "some bytes", 10);
    (void)put(NULL, "a", "b");
    do {
        gn_mem_fail_at(nth++);
        code = garner_put_file(store, NULL, path, NULL, NULL, NULL);
        gn_mem_fail_at(0);
        if (code != GARNER_OK)
            assert_int_equal(code, GARNER_NOMEM);
    } while (code != GARNER_OK);
    assert_true(nth > 4);
    assert_int_equal(number("select count(*) from garner_record"), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(its_bytes_come_back),
        WITH(the_rest_is_as_it_is_told),
        WITH(a_pipe_is_read_to_its_end),
        WITH(what_cannot_be_read_is_told),
        WITH(the_database_itself_is_not_opened),
        WITH(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
