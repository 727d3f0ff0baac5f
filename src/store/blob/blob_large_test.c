/* blob_large_test.c - a value much larger than the memory it is given. */
#include "store/blob/blob_fixture_test.h"

#include <sys/resource.h>

/* Sanitizers take memory of their own, and time. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { LARGE = 20 << 20, MEMORY_IS_KNOWN = 0 };
#else
enum { LARGE = 300 << 20, MEMORY_IS_KNOWN = 1 };
#endif

enum { MOST_GROWTH_KIB = 16 << 10 };

static long peak_kib(void)
{
    struct rusage usage;

    assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
    return usage.ru_maxrss;
}

/* On a disk: memory would count what the database takes. */
static void a_large_value_needs_little_memory(void **state)
{
    char path[] = "/tmp/garner-large-XXXXXX";
    char file[64];
    struct stream s = {0};
    const struct garner_sink sink = {look_at, &s};
    struct garner_error err;
    long before;

    (void)state;
    garner_close(store);
    assert_non_null(mkdtemp(path));
    snprintf(file, sizeof file, "%s/db", path);
    options.ack = GARNER_COMMITTED;
    assert_int_equal(open_with(file), GARNER_OK);
    exec("create table t(a integer primary key, b)");
    exec("insert into t values (1, null)");
    assert_int_equal(import_size(1 << 20, NULL), GARNER_OK);
    before = peak_kib();
    if (import_size(LARGE, &err) != GARNER_OK ||
        garner_blob_export(store, "t", "b", 1, &sink, &err) != GARNER_OK)
        fail_msg("%s", err.message);
    if (MEMORY_IS_KNOWN && peak_kib() - before >= MOST_GROWTH_KIB)
        fail_msg("%ld KiB more", peak_kib() - before);
    assert_int_equal(s.left, LARGE);
    garner_close(store);
    store = NULL;
    assert_int_equal(unlink(file), 0);
    snprintf(file, sizeof file, "%s/db-turn", path);
    assert_int_equal(unlink(file), 0);
    assert_int_equal(rmdir(path), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TABLE(a_large_value_needs_little_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
