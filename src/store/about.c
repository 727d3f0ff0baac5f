#include <stddef.h>

#include "garner/store.h"

static const struct {
    enum garner_code code;
    const char *name;
    const char *text;
} codes[] = {
#define X(name, number, text) {GARNER_##name, #name, text},
    GARNER_CODE_MAP(X)
#undef X
};

static size_t place(enum garner_code code)
{
    size_t i = 0;

    while (i < sizeof codes / sizeof codes[0] && codes[i].code != code)
        i++;
    return i;
}

const char *garner_code_name(enum garner_code code)
{
    const size_t i = place(code);

    return i < sizeof codes / sizeof codes[0] ? codes[i].name : "?";
}

const char *garner_code_text(enum garner_code code)
{
    const size_t i = place(code);

    return i < sizeof codes / sizeof codes[0] ? codes[i].text : "unknown code";
}

const char *garner_version(void)
{
    return GN_VERSION;
}
