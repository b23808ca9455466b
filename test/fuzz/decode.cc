// SPDX-License-Identifier: Apache-2.0
/*
 * libFuzzer's target for the record decoder (native/drain/decode.h). Bytes are taken in both ways in which the drain meets
 * them: one record of the ring, whose length is known, and records of a scan, one after the other. What has a kind is
 * read whole, as its struct, so that AddressSanitizer sees a size that is too large.
 */
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "native/drain/decode.h"

namespace {

using namespace connwatch;

volatile uint8_t sink;

void readAll(const void* bytes, size_t length) {
  uint8_t sum = 0;
  for (size_t i = 0; i < length; i++) sum ^= static_cast<const uint8_t*>(bytes)[i];
  sink = sum;
}

void expect(bool holds) {
  if (!holds) abort();
}

template <typename Record>
Record copyOf(const uint8_t* record) {
  Record copy;
  memcpy(&copy, record, sizeof copy);
  readAll(&copy, sizeof copy);
  return copy;
}

void read(const uint8_t* record, uint8_t kind) {
  expect(kind < CW_KIND_MAX && record[1] == kind && record[0] == CW_ABI_VERSION);
  switch (kind) {
    case CW_KIND_PROCESS: copyOf<cw_process>(record); break;
    case CW_KIND_LISTEN: copyOf<cw_listen>(record); break;
    case CW_KIND_NETNS: copyOf<cw_netns>(record); break;
    case CW_KIND_CGROUP: copyOf<cw_cgroup>(record); break;
    default: expect(copyOf<cw_event>(record).outcome < CW_OUT_MAX);
  }
}

void decodeOne(const uint8_t* record, size_t length) {
  if (uint8_t kind = decodeRecord(record, length)) {
    expect(length == sizeOfKind(kind));
    read(record, kind);
  }
}

void decodeAll(const uint8_t* records, size_t size) {
  RecordReader reader(records, size);
  const uint8_t* expected = records;
  uint8_t kind;
  while (const uint8_t* record = reader.next(&kind)) {
    // One after the other, and none beyond the end.
    expect(record == expected);
    expected += sizeOfKind(kind);
    expect(expected <= records + size);
    read(record, kind);
  }
  expect(reader.broken() == (expected != records + size));
}

// What random bytes rarely are: of the right size and version. On the heap, to the byte.
void decodeShaped(const uint8_t* data, size_t size) {
  if (size < 2) return;
  std::vector<uint8_t> record(sizeOfKind(data[0] % CW_KIND_MAX) + data[1] % 2, 0);
  std::copy_n(data + 2, std::min(size - 2, record.size()), record.begin());
  if (record.size() < 2) return;
  record[0] = CW_ABI_VERSION;
  record[1] = data[0] % CW_KIND_MAX;
  decodeOne(record.data(), record.size());
  decodeAll(record.data(), record.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  decodeOne(data, size);
  decodeAll(data, size);
  decodeShaped(data, size);
  return 0;
}
