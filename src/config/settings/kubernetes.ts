import { boolean, choice, path, text } from '../kinds.ts';
import { setting } from '../setting.ts';

export const KUBERNETES_SOURCES = ['auto', 'kubelet', 'api', 'off'] as const;
export const KUBERNETES_PEERS = ['all', 'services', 'off'] as const;

/** Names of pods, of peers and of containers. */
export const KUBERNETES = {
  kubernetes: setting({
    name: 'kubernetes',
    group: 'Kubernetes',
    kind: choice('<source>', KUBERNETES_SOURCES),
    default: 'auto',
    description:
      'Where the names of pods come from: docs/kubernetes.md. auto: in a pod with the token of a service account from the kubelet if it answers, else from the API server; elsewhere off. off: containers have their ids.',
    example: 'api',
  }),
  kubernetesPeers: setting({
    name: 'kubernetes-peers',
    group: 'Kubernetes',
    kind: choice('<what>', KUBERNETES_PEERS),
    default: 'all',
    description:
      'Names of peers from the API server, as server_address: payments.shop.svc for a Service, node-1.node for a node. all: by Services, EndpointSlices and nodes. services: without EndpointSlices, which change most often in a large cluster. off: addresses. --peer-names comes first.',
    example: 'services',
  }),
  nodeName: setting({
    name: 'node-name',
    group: 'Kubernetes',
    kind: text('<name>', 'name of a node', /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/),
    default: undefined,
    defaultNote: 'none; the chart sets it',
    description: "Name of this node in Kubernetes. The API server is asked for this node's pods by it.",
    example: 'node-1',
  }),
  kubeletAddress: setting({
    name: 'kubelet-address',
    group: 'Kubernetes',
    kind: text('<host>', '`host` or `host:port`; IPv6 with a port in brackets', /^([A-Za-z0-9_.-]+(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]+\](:[0-9]{1,5})?|[0-9A-Fa-f:.]+)$/),
    default: undefined,
    defaultNote: "none; the chart sets it to the node's address",
    description: 'Address of this node\'s kubelet: a host, or host:port; the port is 10250 by default.',
    example: '10.0.0.7',
  }),
  kubeletCaFile: setting({
    name: 'kubelet-ca-file',
    group: 'Kubernetes',
    kind: path(),
    default: undefined,
    defaultNote: "the authority of the cluster, ca.crt of the service account",
    description: "File with the authorities that may have signed the kubelet's certificate.",
    example: '/etc/connwatch/kubelet-ca.crt',
  }),
  kubeletInsecure: setting({
    name: 'kubelet-insecure',
    group: 'Kubernetes',
    kind: boolean(),
    default: 'false',
    description: "Accept any certificate of the kubelet, for example the one it signs itself. Then whoever answers at its address gets the agent's token.",
    example: 'true',
  }),
  containerRuntime: setting({
    name: 'container-runtime',
    group: 'Kubernetes',
    kind: path(),
    default: undefined,
    defaultNote: 'none: containers outside of Kubernetes have their ids',
    description:
      'Socket of Docker, podman or containerd (a file whose name begins with containerd) on a plain host: containers then have container_name and container_image_name. Whoever may connect to it is root on the host. The agent only reads the description of a container.',
    example: '/run/docker.sock',
  }),
} as const;
