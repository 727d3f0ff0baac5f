/* target.h - what libFuzzer, and replay.c in its place, call. */
#ifndef GN_FUZZ_TARGET_H
#define GN_FUZZ_TARGET_H

#include <stddef.h>
#include <stdint.h>

/* Looks at size bytes of anything; returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
