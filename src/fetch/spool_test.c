/* spool_test.c - large bodies in a file without a name: their bytes and hash, a
 * full disk, lost memory. */
#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "fetch/spool.h"

enum { PIECE = 1000 };

static char folder[32];

static int set_up(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/gn-spool-XXXXXX");
    assert_non_null(mkdtemp(folder));
    return 0;
}

/* Nothing may be left there. */
static int tear_down(void **state)
{
    (void)state;
    gn_spool_needs_name = false;
    return rmdir(folder);
}

static int open_files(void)
{
    DIR *dir = opendir("/proc/self/fd");
    int n = 0;

    assert_non_null(dir);
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): the stream is our own */
    while (readdir(dir) != NULL)
        n++;
    closedir(dir);
    return n;
}

static struct gn_spool *new_spool(void)
{
    struct gn_spool *s;

    assert_int_equal(gn_spool_new(folder, EVP_sha256(), &s, NULL), GARNER_OK);
    return s;
}

/* size bytes, in pieces, are read as they were written. */
static void check(size_t size)
{
    struct gn_spool *s = new_spool();
    char *bytes = malloc(size + PIECE);
    unsigned char told[32];
    unsigned char own[32];

    assert_non_null(bytes);
    for (size_t i = 0; i < size; i++)
        bytes[i] = (char)('a' + i % 26);
    for (size_t at = 0; at < size; at += PIECE)
        assert_int_equal(gn_spool_write(s, bytes + at,
                                        size - at < PIECE ? size - at : PIECE,
                                        NULL),
                         GARNER_OK);
    assert_int_equal(gn_spool_end(s, told, NULL), GARNER_OK);
    assert_int_equal(gn_spool_size(s), size);
    assert_memory_equal(gn_spool_data(s), bytes, size);
    assert_int_equal(gn_spool_data(s)[size], '\0');
    assert_int_equal(EVP_Digest(bytes, size, own, NULL, EVP_sha256(), NULL), 1);
    assert_memory_equal(told, own, sizeof own);
    free(bytes);
    gn_spool_free(s);
}

/* Those of whole pages have a NUL behind them, too. */
static void what_is_written_can_be_read(void **state)
{
    static const size_t sizes[] = {0, 1, 4095, 4096, 4097, 65536, 300000};
    const int before = open_files();

    (void)state;
    for (int name = 0; name < 2; name++) {
        gn_spool_needs_name = name;
        for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
            check(sizes[i]);
    }
    assert_int_equal(open_files(), before);
}

/* One that is ended needs no descriptor: many may wait for their turn. */
static void it_has_no_name_and_then_no_descriptor(void **state)
{
    const int before = open_files();

    (void)state;
    for (int name = 0; name < 2; name++) {
        struct gn_spool *s;
        unsigned char told[32];

        gn_spool_needs_name = name;
        s = new_spool();
        assert_int_equal(rmdir(folder), 0); /* it is empty */
        assert_int_equal(gn_spool_write(s, "abc", 3, NULL), GARNER_OK);
        assert_int_equal(open_files(), before + 1);
        assert_int_equal(gn_spool_end(s, told, NULL), GARNER_OK);
        assert_int_equal(open_files(), before);
        assert_string_equal(gn_spool_data(s), "abc");
        gn_spool_free(s);
        strcpy(folder, "/tmp/gn-spool-XXXXXX");
        assert_non_null(mkdtemp(folder));
    }
}

static void a_place_that_cannot_be_used_is_told(void **state)
{
    struct garner_error err = {0};
    struct gn_spool *s;

    (void)state;
    for (int name = 0; name < 2; name++) {
        gn_spool_needs_name = name;
        assert_int_equal(gn_spool_new("/nowhere", EVP_sha256(), &s, &err),
                         GARNER_IO);
        assert_null(s);
        assert_string_equal(err.message,
                            "/nowhere: a large body cannot be put there: No "
                            "such file or directory; make room, or keep it in "
                            "memory (body: memory)");
    }
}

/* The last byte, which is nobody's, has to find its place, too. */
static void a_full_disk_is_an_error_of_the_write(void **state)
{
    struct garner_error err = {0};
    unsigned char told[32];
    struct rlimit before;
    struct rlimit full;

    (void)state;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    full = (struct rlimit){8, before.rlim_max};
    assert_true(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
    for (size_t size = 8; size < 10; size++) {
        struct gn_spool *s = new_spool();
        enum garner_code code;

        assert_int_equal(setrlimit(RLIMIT_FSIZE, &full), 0);
        code = gn_spool_write(s, "123456789", size, &err);
        if (size == 8) {
            assert_int_equal(code, GARNER_OK);
            code = gn_spool_end(s, told, &err);
        }
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
        assert_int_equal(code, GARNER_IO);
        assert_non_null(strstr(err.message, "File too large; make room"));
        gn_spool_free(s);
    }
}

static void without_memory_it_fails(void **state)
{
    enum garner_code code = GARNER_NOMEM;

    (void)state;
    gn_spool_needs_name = true;
    for (unsigned n = 1; code != GARNER_OK; n++) {
        struct gn_spool *s;

        gn_mem_fail_at(n);
        code = gn_spool_new(folder, EVP_sha256(), &s, NULL);
        gn_mem_fail_at(0);
        assert_true(code == GARNER_OK || s == NULL);
        gn_spool_free(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
        TEST(what_is_written_can_be_read),
        TEST(it_has_no_name_and_then_no_descriptor),
        TEST(a_place_that_cannot_be_used_is_told),
        TEST(a_full_disk_is_an_error_of_the_write),
        TEST(without_memory_it_fails),
#undef TEST
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
