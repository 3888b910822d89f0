"""Places an order and follows it until it ends, with the generated client and grpcio.

python3 order.py <order service> <status service> <user id>; the user's token is in WAYBILL_TOKEN.
"""

import os
import sys
import time
import uuid
from pathlib import Path

import grpc

sys.path.insert(0, str(Path(__file__).parent / "gen"))

from waybill.order.v1 import order_pb2, order_service_pb2, order_service_pb2_grpc
from waybill.status.v1 import status_pb2, status_service_pb2, status_service_pb2_grpc

PATIENCE_S = 5
ATTEMPTS = 5
MAY_HELP = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED)


def place(orders, request, metadata):
    """The request id makes it repeatable: sent again after a lost answer, it is the same order."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return orders.CreateOrder(request, timeout=PATIENCE_S, metadata=metadata).order
        except grpc.RpcError as error:
            if error.code() not in MAY_HELP or attempt == ATTEMPTS:
                raise
        time.sleep(2**attempt / 10)


def main(order_address, status_address, user_id):
    metadata = [("authorization", f"Bearer {os.environ['WAYBILL_TOKEN']}")]
    with grpc.insecure_channel(order_address) as order_channel, grpc.insecure_channel(
        status_address
    ) as status_channel:
        orders = order_service_pb2_grpc.OrderServiceStub(order_channel)
        statuses = status_service_pb2_grpc.StatusServiceStub(status_channel)
        request = order_service_pb2.CreateOrderRequest(
            request_id=f"example-{uuid.uuid4()}",
            user_id=user_id,
            lines=[order_pb2.OrderLine(item_id="tea-green", quantity=2)],
            payment_method="pm_ok",
        )
        order = place(orders, request, metadata)
        total = order.total
        print(f"placed {order.order_id}: {total.minor_units} minor units of {total.currency}")

        watch = status_service_pb2.WatchStatusesRequest(order_id=order.order_id)
        for response in statuses.WatchStatuses(watch, metadata=metadata):
            transition = response.transition
            state = status_pb2.OrderState.Name(transition.to).removeprefix("ORDER_STATE_")
            print(f"{transition.occurred_at.ToJsonString()} {state}")


if __name__ == "__main__":
    main(*sys.argv[1:])
