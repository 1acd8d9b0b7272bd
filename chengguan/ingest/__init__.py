"""The devices' door: from the raw bytes on the stream to latest state, alarms, history and quarantine.

The pipeline, in the order in which a batch passes it:

    stream     messages pushed by JetStream, in order, from the sink's own position + 1
    identify   whose message: subject -> device and gateway                                  (directory)
    decode     payload -> columns                                                            (decode)
    check      believable range, device clock                                                (checks)
    repeats    numbers of gateways, deduplicationIds, flood, contradictions                  (sequences, checks)
    now        rules, latest state, alarms, quarantine, rejections, position: one transaction (now, ledger)
    history    intent, insert, position                                                      (history)
"""
