/* import_testing.h - for tests: a file of another program's, and what becomes
 * of it. */
#ifndef GN_IMPORT_IMPORT_TESTING_H
#define GN_IMPORT_IMPORT_TESTING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "import/import.h"

typedef enum garner_code importer(const char *text, size_t size,
                                  const struct gn_import_options *options,
                                  struct gn_draft *draft,
                                  struct garner_error *err);

static const struct gn_import_options hourly = {"1h"};

/* text becomes these sources (all behind "sources:"), with these notes. */
static inline void assert_becomes(importer *import, const char *text,
                                  const char *expected, const char *notes)
{
    struct garner_error err = {0};
    struct gn_draft d;
    struct gn_buf out = {0};

    gn_draft_init(&d, "f");
    if (import(text, strlen(text), &hourly, &d, &err) != GARNER_OK)
        fail_msg("%s", err.message);
    gn_draft_write(&d, "x", &out);
    assert_string_equal(gn_buf_cstr(&out) + strlen("garner: 1\nstore: x\n"),
                        expected);
    assert_string_equal(gn_buf_cstr(&d.notes), notes);
    gn_buf_fini(&out);
    gn_draft_fini(&d);
}

static inline void assert_refuses(importer *import, const char *text,
                                  const char *message)
{
    struct garner_error err = {0};
    struct gn_draft d;

    gn_draft_init(&d, "f");
    assert_int_equal(import(text, strlen(text), &hourly, &d, &err),
                     GARNER_INVALID);
    assert_string_equal(err.message, message);
    gn_draft_fini(&d);
}

/* It says so when memory is out, whenever that is. */
static inline void assert_survives(importer *import, const char *text)
{
    for (unsigned n = 1;; n++) {
        struct gn_draft d;
        enum garner_code code;

        gn_draft_init(&d, "f");
        gn_mem_fail_at(n);
        code = import(text, strlen(text), &hourly, &d, NULL);
        gn_mem_fail_at(0);
        gn_draft_fini(&d);
        if (code == GARNER_OK)
            return;
        assert_int_equal(code, GARNER_NOMEM);
        assert_true(n < 2000);
    }
}

#endif
