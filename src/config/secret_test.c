/* secret_test.c - references filled in, and those that cannot be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "config/secret.h"

static char folder[] = "/tmp/gn-secret-XXXXXX";

static const struct {
    const char *name;
    const char *bytes;
    size_t size;
} files[] = {
    {"token", "s3cret\n", 7}, {"crlf", "a\r\n", 3}, {"lines", "a\nb\n\n", 5},
    {"empty", "", 0},         {"nul", "a\0b", 3},
};

enum { FILES = sizeof files / sizeof files[0] };

static const char *path_of(size_t i, char path[64])
{
    snprintf(path, 64, "%s/%s", folder, files[i].name);
    return path;
}

static int make_files(void **state)
{
    char path[64];

    (void)state;
    if (mkdtemp(folder) == NULL)
        return -1;
    for (size_t i = 0; i < FILES; i++) {
        FILE *f = fopen(path_of(i, path), "w");

        if (f == NULL ||
            fwrite(files[i].bytes, 1, files[i].size, f) != files[i].size ||
            fclose(f) != 0)
            return -1;
    }
    /* NOLINTBEGIN(concurrency-mt-unsafe): one thread */
    return setenv("GN_TEST_SECRET", "from ${env}", 1) |
           setenv("GN_TEST_EMPTY", "", 1) | unsetenv("GN_TEST_NONE");
    /* NOLINTEND(concurrency-mt-unsafe) */
}

static int remove_files(void **state)
{
    char path[64];

    (void)state;
    for (size_t i = 0; i < FILES; i++)
        (void)unlink(path_of(i, path));
    return rmdir(folder);
}

static void references_are_filled_in(void **state)
{
    static const char *const cases[][2] = {
        {"plain $ text {x}", "plain $ text {x}"},
        {"", ""},
        {"${env:GN_TEST_SECRET}", "from ${env}"},
        {"a${env:GN_TEST_EMPTY}b", "ab"},
        {"Bearer ${file:token}!", "Bearer s3cret!"},
        {"${file:token}${file:token}", "s3crets3cret"},
        {"${file:crlf}|${file:lines}|${file:empty}|", "a|a\nb\n||"},
        {"$${env:X}", "${env:X}"},
        {"$$${file:token}", "$${file:token}"},
        {"$${", "${"},
        {"5$", "5$"},
    };
    struct gn_arena memory = {0};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct gn_secret *found = NULL;
        const char *out;

        assert_int_equal(
            gn_secret_expand(cases[i][0], folder, &memory, &found, &out, NULL),
            GARNER_OK);
        assert_string_equal(out, cases[i][1]);
    }
    gn_arena_clear(&memory);
}

static void what_cannot_be_filled_in_is_named(void **state)
{
    static const struct {
        const char *text;
        enum garner_code code;
        const char *message;
    } cases[] = {
        {"${env:GN_TEST_NONE}", GARNER_NOTFOUND, "${env:GN_TEST_NONE}"},
        {"${file:none}", GARNER_NOTFOUND, "${file:none}"},
        {"${file:nul}", GARNER_INVALID, "NUL byte"},
        {"${file:/dev/zero}", GARNER_INVALID, "not a regular file"},
        {"${cred:x}", GARNER_NOTFOUND, "no $CREDENTIALS_DIRECTORY"},
        {"${cred:}", GARNER_INVALID, "no reference"},
        {"${HOME}", GARNER_INVALID, "${HOME} is no reference"},
        {"${env:}", GARNER_INVALID, "no reference"},
        {"${file:}", GARNER_INVALID, "no reference"},
        {"a ${env:GN_TEST_SECRET", GARNER_INVALID, "no closing }"},
    };
    struct gn_arena memory = {0};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct garner_error err;
        struct gn_secret *found = NULL;
        const char *out;

        assert_int_equal(gn_secret_expand(cases[i].text, folder, &memory,
                                          &found, &out, &err),
                         cases[i].code);
        assert_non_null(strstr(err.message, cases[i].message));
        assert_null(strstr(err.message, "from "));
    }
    gn_arena_clear(&memory);
}

static void credentials_come_from_their_folder(void **state)
{
    static const char *const bad[] = {"${cred:../token}", "${cred:..}",
                                      "${cred:/etc/passwd}", "${cred:none}"};
    struct gn_arena memory = {0};
    struct gn_secret *found = NULL;
    struct garner_error err;
    const char *out;

    (void)state;
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): one thread */
    assert_int_equal(setenv("CREDENTIALS_DIRECTORY", folder, 1), 0);
    assert_int_equal(gn_secret_expand("a ${cred:token}", "/elsewhere", &memory,
                                      &found, &out, NULL),
                     GARNER_OK);
    assert_string_equal(out, "a s3cret");
    assert_string_equal(found->value, "s3cret");
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_not_equal(
            gn_secret_expand(bad[i], folder, &memory, &found, &out, &err),
            GARNER_OK);
        assert_non_null(strstr(err.message, bad[i]));
    }
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): one thread */
    assert_int_equal(unsetenv("CREDENTIALS_DIRECTORY"), 0);
    gn_arena_clear(&memory);
}

static void what_was_filled_in_is_noted(void **state)
{
    struct gn_secret known = {.value = "known"};
    struct gn_secret *found = &known;
    struct gn_arena memory = {0};
    const char *out;

    (void)state;
    assert_int_equal(gn_secret_expand("no ${ here: $${", folder, &memory,
                                      &found, &out, NULL),
                     GARNER_INVALID);
    assert_ptr_equal(found, &known);
    assert_int_equal(gn_secret_expand("a ${file:token} b ${env:GN_TEST_EMPTY}",
                                      folder, &memory, &found, &out, NULL),
                     GARNER_OK);
    assert_string_equal(found->value, "");
    assert_string_equal(found->next->value, "s3cret");
    assert_ptr_equal(found->next->next, &known);
    gn_arena_clear(&memory);
}

static void something_stands_in_for_what_is_not_looked_up(void **state)
{
    static const char *const bad[] = {"${x}", "${env:}", "${cred:../a}", "${"};
    struct gn_arena memory = {0};
    struct gn_secret *found = NULL;
    struct garner_error err;
    const char *out;

    (void)state;
    assert_int_equal(gn_secret_expand("a ${file:/none/A.b} ${env:GN_NONE}"
                                      "${cred:x} $${y}",
                                      NULL, &memory, &found, &out, NULL),
                     GARNER_OK);
    assert_string_equal(out, "a stand-in-file--none-a-b stand-in-env-gn-none"
                             "stand-in-cred-x ${y}");
    assert_string_equal(found->value, "stand-in-cred-x");
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(
            gn_secret_expand(bad[i], NULL, &memory, &found, &out, &err),
            GARNER_INVALID);
    gn_arena_clear(&memory);
}

static void relative_paths_begin_at_the_folder(void **state)
{
    struct gn_arena memory = {0};

    (void)state;
    assert_string_equal(gn_secret_path("x/y", "/a", &memory), "/a/x/y");
    assert_string_equal(gn_secret_path("/x", "/a", &memory), "/x");
    assert_string_equal(gn_secret_path("x", "", &memory), "x");
    gn_arena_clear(&memory);
}

static void lost_memory_is_told(void **state)
{
    (void)state;
    for (unsigned nth = 1;; nth++) {
        struct gn_arena memory = {0};
        enum garner_code code;
        struct gn_secret *found = NULL;
        const char *out;

        gn_mem_fail_at(nth);
        code = gn_secret_expand("a ${file:token} b", folder, &memory, &found,
                                &out, NULL);
        gn_mem_fail_at(0);
        gn_arena_clear(&memory);
        if (code == GARNER_OK) {
            assert_true(nth > 2);
            break;
        }
        assert_int_equal(code, GARNER_NOMEM);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(references_are_filled_in),
        cmocka_unit_test(what_cannot_be_filled_in_is_named),
        cmocka_unit_test(credentials_come_from_their_folder),
        cmocka_unit_test(what_was_filled_in_is_noted),
        cmocka_unit_test(something_stands_in_for_what_is_not_looked_up),
        cmocka_unit_test(relative_paths_begin_at_the_folder),
        cmocka_unit_test(lost_memory_is_told),
    };

    return cmocka_run_group_tests(tests, make_files, remove_files);
}
