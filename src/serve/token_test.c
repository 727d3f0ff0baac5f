/* token_test.c - files that hold a token and files that do not, and what a
 * client must show. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "serve/token.h"

static char path[] = "/tmp/garner-token-XXXXXX";

static int make_file(void **state)
{
    const int fd = mkstemp(path);

    (void)state;
    return fd < 0 || close(fd) != 0;
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(path);
}

/* Reads a token from a file with text in it. */
static enum garner_code read_text(const char *text, size_t size,
                                  struct gn_token *token,
                                  struct garner_error *err)
{
    const int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, size), size);
    assert_int_equal(close(fd), 0);
    return gn_token_read(path, token, err);
}

static void a_line_is_a_token(void **state)
{
    static char longest[GN_TOKEN_MAX + 1];
    struct gn_token token;

    (void)state;
    assert_int_equal(read_text("s3cret", 6, &token, NULL), GARNER_OK);
    assert_string_equal(token.text, "s3cret");
    assert_int_equal(read_text("s3cret \r\n\n", 10, &token, NULL), GARNER_OK);
    assert_string_equal(token.text, "s3cret");
    assert_int_equal(token.size, 6);
    memset(longest, 'x', sizeof longest);
    assert_int_equal(read_text(longest, GN_TOKEN_MAX, &token, NULL), GARNER_OK);
    assert_int_equal(token.size, GN_TOKEN_MAX);
    assert_int_equal(read_text(longest, GN_TOKEN_MAX + 1, &token, NULL),
                     GARNER_INVALID);
    assert_int_equal(token.size, 0);
}

static void all_else_is_refused(void **state)
{
    static const char *const bad[] = {"two\nlines", "a b", "\xc3\xa4", "a\tb"};
    struct garner_error err;
    struct gn_token token;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(read_text(bad[i], strlen(bad[i]), &token, &err),
                         GARNER_INVALID);
        assert_non_null(strstr(err.message, "must be one line of printable"));
        assert_non_null(strstr(err.message, path));
    }
    assert_int_equal(read_text("a\0b", 3, &token, &err), GARNER_INVALID);
    assert_int_equal(read_text("", 0, &token, &err), GARNER_INVALID);
    assert_non_null(strstr(err.message, "is empty: write a token into it"));
    assert_int_equal(read_text(" \n", 2, &token, &err), GARNER_INVALID);
    assert_non_null(strstr(err.message, "is empty"));
    assert_int_equal(gn_token_read("/nonexistent/token", &token, &err),
                     GARNER_NOTFOUND);
    assert_string_equal(err.message, "cannot read the token file "
                                     "/nonexistent/token: No such file or "
                                     "directory");
    assert_true(err.native != 0);
    assert_int_equal(gn_token_read("/dev", &token, &err), GARNER_INVALID);
}

static void a_file_for_all_eyes_is_refused(void **state)
{
    struct garner_error err;
    struct gn_token token;

    (void)state;
    for (mode_t mode = 0600; mode <= 0666; mode++) {
        const bool open_to_all = (mode & 06) != 0;

        assert_int_equal(chmod(path, 0600), 0);
        assert_int_equal(read_text("s3cret\n", 7, &token, NULL), GARNER_OK);
        assert_int_equal(chmod(path, mode), 0);
        assert_int_equal(gn_token_read(path, &token, &err),
                         open_to_all ? GARNER_INVALID : GARNER_OK);
        if (open_to_all) {
            assert_non_null(strstr(err.message, "chmod o-rw"));
            assert_int_equal(token.size, 0);
        }
    }
    assert_int_equal(chmod(path, 0600), 0);
}

static void only_the_token_opens(void **state)
{
    struct gn_token token = {.text = "s3cret", .size = 6};
    static const char *const right[] = {"Bearer s3cret", "bearer s3cret",
                                        "BEARER   s3cret"};
    static const char *const wrong[] = {
        "",
        "Bearer",
        "Bearer ",
        "Bearer s3cre",
        "s3cret",
        "Bearer s3crets",
        "Bearer S3cret",
        "Basic s3cret",
        "Bearers",
        "Bearer x3cret",
        "Bearer s3cret ",
        "Bearer s3cre\xf4",
        "Bearer s3creu",
        "Bearer ssssss",
    };

    (void)state;
    for (size_t i = 0; i < sizeof right / sizeof right[0]; i++)
        assert_true(gn_token_shown(&token, right[i]));
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_false(gn_token_shown(&token, wrong[i]));
    assert_false(gn_token_shown(&token, NULL));
    token.size = 0; /* none asked for */
    assert_true(gn_token_shown(&token, NULL));
    assert_true(gn_token_shown(&token, "Basic x"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_a_token),
        cmocka_unit_test(all_else_is_refused),
        cmocka_unit_test(a_file_for_all_eyes_is_refused),
        cmocka_unit_test(only_the_token_opens),
    };

    return cmocka_run_group_tests(tests, make_file, remove_file);
}
