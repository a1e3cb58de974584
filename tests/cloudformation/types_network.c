/* EC2, load balancers, Route 53. Sources: the pages of the resource types in the CloudFormation
 * Template Reference ("Return values", "Update requires"). */
#include "cloudformation/resource_type.h"

#include "base/memory.h"

#define EC2_ARN "arn:{partition}:ec2:{region}:{account}:"
#define ELB_ARN "arn:{partition}:elasticloadbalancing:{region}:{account}:"

const struct resource_type network_types[] = {
	{.name = "AWS::EC2::EIP",
		.id = "{ip}",
		.attributes = "AllocationId=eipalloc-{hex17};PublicIp={id}",
		.always = " Address Domain NetworkBorderGroup TransferAddress ",
		.identifiers = "PublicIp AllocationId"},
	{.name = "AWS::EC2::FlowLog",
		.id = "fl-{hex17}",
		.attributes = "Id={id}",
		.always =
			" DeliverLogsPermissionArn LogDestination LogDestinationType LogFormat "
			"LogGroupName MaxAggregationInterval ResourceId ResourceType TrafficType ",
		.identifiers = "Id"},
	{.name = "AWS::EC2::Instance",
		.id = "i-{hex17}",
		.attributes =
			"AvailabilityZone={p:AvailabilityZone|{region}a};InstanceId={id};"
			"PrivateDnsName=ip-10-0-{digits2}-{digits2}.{region}.compute.internal;"
			"PrivateIp=10.0.{digits2}.{digits2};"
			"PublicDnsName=ec2-{digits2}.{region}.compute.{suffix};PublicIp={ip};"
			"VpcId=vpc-{hex17};State.Code=16;State.Name=running",
		.always = " AvailabilityZone CpuOptions ElasticGpuSpecifications "
			  "HostResourceGroupArn "
			  "ImageId Ipv6AddressCount Ipv6Addresses KeyName LaunchTemplate "
			  "LicenseSpecifications "
			  "NetworkInterfaces PlacementGroupName PrivateIpAddress SecurityGroups "
			  "SubnetId ",
		.conditionally = " AdditionalInfo BlockDeviceMappings EbsOptimized EnclaveOptions "
				 "HibernationOptions InstanceType KernelId RamdiskId "
				 "SecurityGroupIds Tenancy "
				 "UserData ",
		.identifiers = "InstanceId"},
	{.name = "AWS::EC2::InternetGateway",
		.id = "igw-{hex17}",
		.attributes = "InternetGatewayId={id}",
		.identifiers = "InternetGatewayId"},
	{.name = "AWS::EC2::KeyPair",
		.id = "{name}",
		.name_property = "KeyName",
		.attributes = "KeyFingerprint={hex40};KeyPairId=key-{hex17}",
		.always = " KeyFormat KeyName KeyType PublicKeyMaterial Tags ",
		.identifiers = "KeyName"},
	{.name = "AWS::EC2::LaunchTemplate",
		.id = "lt-{hex17}",
		.attributes =
			"DefaultVersionNumber=1;LatestVersionNumber={next};LaunchTemplateId={id}",
		.always = " LaunchTemplateName ",
		.identifiers = "LaunchTemplateId"},
	{.name = "AWS::EC2::NatGateway",
		.id = "nat-{hex17}",
		.attributes = "NatGatewayId={id};EniId=eni-{hex17};RouteTableId=rtb-{hex17}",
		.always = " AllocationId AvailabilityMode ConnectivityType PrivateIpAddress "
			  "SubnetId VpcId ",
		.identifiers = "NatGatewayId"},
	{.name = "AWS::EC2::NetworkInterface",
		.id = "eni-{hex17}",
		.attributes = "Id={id};PrimaryPrivateIpAddress=10.0.{digits2}.{digits2};"
			      "PrimaryIpv6Address=2001:db8::{hex4};SecondaryPrivateIpAddresses[]=;"
			      "VpcId=vpc-{hex17}",
		.always = " InterfaceType PrivateIpAddress SubnetId ",
		.identifiers = "Id"},
	{.name = "AWS::EC2::Route",
		.id = "{p:RouteTableId}|{p:DestinationCidrBlock|{p:DestinationIpv6CidrBlock|"
		      "{p:DestinationPrefixListId}}}",
		.attributes = "CidrBlock={p:DestinationCidrBlock}",
		.always = " DestinationCidrBlock DestinationIpv6CidrBlock DestinationPrefixListId "
			  "RouteTableId ",
		.identifiers = "RouteTableId CidrBlock"},
	{.name = "AWS::EC2::RouteTable",
		.id = "rtb-{hex17}",
		.attributes = "RouteTableId={id}",
		.always = " VpcId ",
		.identifiers = "RouteTableId"},
	{.name = "AWS::EC2::SecurityGroup",
		.id = "sg-{hex17}",
		.attributes = "GroupId={id};GroupName={p:GroupName|{id}};Id={id};VpcId={p:VpcId|"
			      "vpc-{hex17}}",
		.always = " GroupDescription GroupName VpcId ",
		.identifiers = "Id"},
	{.name = "AWS::EC2::SecurityGroupEgress",
		.id = "sgr-{hex17}",
		.attributes = "Id={id}",
		.always = " CidrIp CidrIpv6 DestinationPrefixListId DestinationSecurityGroupId "
			  "FromPort GroupId "
			  "IpProtocol ToPort ",
		.identifiers = "Id"},
	{.name = "AWS::EC2::SecurityGroupIngress",
		.id = "sgr-{hex17}",
		.attributes = "Id={id}",
		.always =
			" CidrIp CidrIpv6 FromPort GroupId GroupName IpProtocol SourcePrefixListId "
			"SourceSecurityGroupId SourceSecurityGroupName SourceSecurityGroupOwnerId "
			"ToPort ",
		.identifiers = "Id"},
	{.name = "AWS::EC2::Subnet",
		.id = "subnet-{hex17}",
		.attributes = "AvailabilityZone={p:AvailabilityZone|{region}a};AvailabilityZoneId="
			      "use1-az1;"
			      "CidrBlock={p:CidrBlock};Ipv6CidrBlocks[]={p:Ipv6CidrBlock};"
			      "NetworkAclAssociationId=aclassoc-{hex17};OutpostArn={p:OutpostArn};"
			      "SubnetId={id};"
			      "VpcId={p:VpcId}",
		.always = " AvailabilityZone AvailabilityZoneId CidrBlock Ipv4IpamPoolId "
			  "Ipv4NetmaskLength "
			  "Ipv6Native OutpostArn VpcId ",
		.conditionally = " Ipv6CidrBlock ",
		.identifiers = "SubnetId"},
	{.name = "AWS::EC2::SubnetRouteTableAssociation",
		.id = "rtbassoc-{hex17}",
		.attributes = "Id={id}",
		.always = " RouteTableId SubnetId ",
		.identifiers = "Id"},
	{.name = "AWS::EC2::Volume",
		.id = "vol-{hex17}",
		.attributes = "VolumeId={id}",
		.always = " AvailabilityZone Encrypted KmsKeyId OutpostArn SnapshotId ",
		.identifiers = "VolumeId"},
	{.name = "AWS::EC2::VPC",
		.id = "vpc-{hex17}",
		.attributes =
			"CidrBlock={p:CidrBlock};CidrBlockAssociations[]=vpc-cidr-assoc-{hex17};"
			"DefaultNetworkAcl=acl-{hex17};DefaultSecurityGroup=sg-{hex17};"
			"Ipv6CidrBlocks[]=;VpcId={id}",
		.always = " CidrBlock Ipv4IpamPoolId Ipv4NetmaskLength ",
		.conditionally = " InstanceTenancy ",
		.identifiers = "VpcId"},
	{.name = "AWS::EC2::VPCEndpoint",
		.id = "vpce-{hex17}",
		.attributes = "CreationTimestamp=2024-01-01T00:00:00Z;"
			      "DnsEntries[]={region}:{id}.{l:ServiceName}.vpce.{suffix};Id={id};"
			      "NetworkInterfaceIds[]=eni-{hex17}",
		.always = " ServiceName ServiceRegion VpcEndpointType VpcId ",
		.identifiers = "Id"},
	{.name = "AWS::EC2::VPCGatewayAttachment",
		.id = "IGW|{p:VpcId}",
		.attributes = "AttachmentType=IGW",
		.always = " VpcId ",
		.identifiers = "AttachmentType VpcId"},
	{.name = "AWS::ElasticLoadBalancing::LoadBalancer",
		.id = "{name}",
		.name_property = "LoadBalancerName",
		.name_limit = 32,
		.attributes = "CanonicalHostedZoneName={id}-{digits9}.{region}.elb.{suffix};"
			      "CanonicalHostedZoneNameID=Z{upper13};DNSName={id}-{digits9}.{region}"
			      ".elb.{suffix};"
			      "SourceSecurityGroup.GroupName=default;SourceSecurityGroup."
			      "OwnerAlias={account}",
		.always = " LoadBalancerName Scheme ",
		.conditionally = " AvailabilityZones HealthCheck Subnets ",
		.identifiers = "Id"},
	{.name = "AWS::ElasticLoadBalancingV2::Listener",
		.id = ELB_ARN "listener/{a:LoadBalancerArn|:loadbalancer/}/{hex16}",
		.attributes = "ListenerArn={id}",
		.always = " LoadBalancerArn ",
		.identifiers = "ListenerArn"},
	{.name = "AWS::ElasticLoadBalancingV2::ListenerCertificate",
		.id = "{stack}-{logical}-{mixed12}",
		.always = " ListenerArn ",
		.identifiers = "ListenerArn"},
	{.name = "AWS::ElasticLoadBalancingV2::ListenerRule",
		.id = ELB_ARN "listener-rule/{a:ListenerArn|:listener/}/{hex16}",
		.attributes = "IsDefault=false;RuleArn={id}",
		.always = " ListenerArn ",
		.identifiers = "RuleArn"},
	{.name = "AWS::ElasticLoadBalancingV2::LoadBalancer",
		.id = ELB_ARN "loadbalancer/app/{name}/{hex16}",
		.name_property = "Name",
		.name_limit = 32,
		.attributes =
			"CanonicalHostedZoneID=Z{upper13};"
			"DNSName={p:Name|{middle}}-{digits10}.{region}.elb.{suffix};"
			"LoadBalancerArn={id};"
			"LoadBalancerFullName={a:id|:loadbalancer/};"
			"LoadBalancerName={p:Name|{middle}};SecurityGroups[]={p:SecurityGroups}",
		.always = " Name Scheme Type ",
		.identifiers = "LoadBalancerArn"},
	{.name = "AWS::ElasticLoadBalancingV2::TargetGroup",
		.id = ELB_ARN "targetgroup/{name}/{hex16}",
		.name_property = "Name",
		.name_limit = 32,
		.attributes = "LoadBalancerArns[]=;TargetGroupArn={id};"
			      "TargetGroupFullName=targetgroup/{a:id|:targetgroup/};"
			      "TargetGroupName={p:Name|{middle}}",
		.always = " IpAddressType Name Port Protocol ProtocolVersion TargetType VpcId ",
		.identifiers = "TargetGroupArn"},
	{.name = "AWS::Route53::HostedZone",
		.id = "Z{upper13}",
		.attributes = "Id={id};NameServers[]=ns-{digits3}.awsdns-{digits2}.com,"
			      "ns-{digits3}.awsdns-{digits2}.net",
		.always = " Name ",
		.identifiers = "Id"},
	{.name = "AWS::Route53::RecordSet",
		.id = "{p:Name}",
		.always = " HostedZoneId HostedZoneName Name ",
		.identifiers = "Name"},
	{.name = "AWS::Route53::RecordSetGroup",
		.id = "{stack}-{logical}-{mixed12}",
		.always = " HostedZoneId HostedZoneName ",
		.identifiers = "Id"},
};
const size_t network_type_count = COUNT(network_types);
