/* copies_test.c - one copy is one, however many know it; two are two. */
#include "store/fixture_test.h"

#include <dlfcn.h>
#include <fcntl.h>

#include "store/upkeep/copies.h"

static void one_copy_is_found_once(void **state)
{
    struct gn_buf files = {0};

    (void)state;
    assert_int_equal(gn_copies_find(&files), 1);
    assert_non_null(strstr(gn_buf_cstr(&files), "libsqlite3"));
    assert_null(strchr(gn_buf_cstr(&files), ','));
    gn_buf_fini(&files);
}

static void copy_file(const char *from, const char *to)
{
    static char piece[1 << 16];
    const int in = open(from, O_RDONLY);
    const int out = open(to, O_WRONLY | O_CREAT, 0700);
    ssize_t n;

    assert_true(in >= 0 && out >= 0);
    while ((n = read(in, piece, sizeof piece)) > 0)
        assert_int_equal(write(out, piece, (size_t)n), n);
    assert_int_equal(close(in) + close(out), 0);
}

static void a_second_one_is_named(void **state)
{
    struct gn_buf files = {0};
    char path[128];
    void *handle;
    Dl_info info;

    (void)state;
    assert_int_not_equal(dladdr((void *)(uintptr_t)sqlite3_libversion, &info),
                         0);
    snprintf(path, sizeof path, "%s/other.so", fixture.folder);
    copy_file(info.dli_fname, path);
    handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    assert_non_null(handle);
    assert_int_equal(gn_copies_find(&files), 2);
    assert_non_null(strstr(gn_buf_cstr(&files), path));
    assert_true(handle != NULL && dlclose(handle) == 0);
    gn_buf_clear(&files);
    assert_int_equal(gn_copies_find(&files), 1);
    gn_buf_fini(&files);
}

static void lost_memory_shows(void **state)
{
    struct gn_buf files = {0};

    (void)state;
    gn_mem_fail_at(1);
    (void)gn_copies_find(&files);
    gn_mem_fail_at(0);
    assert_true(gn_buf_failed(&files));
    gn_buf_fini(&files);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(one_copy_is_found_once),
        TEST(a_second_one_is_named),
        TEST(lost_memory_shows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
