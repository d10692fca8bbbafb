/**
 * Whether this is the code of an AWS Region, as far as a typo can be told from a Region that is newer than this program:
 * a known area, a direction and a number. Areas: the partitions of the AWS SDK.
 */
export function isKnownRegion(region: string): boolean {
  return /^(af|ap|ca|cn|eu|il|me|mx|sa|us|us-gov|us-iso[a-z]?|eu-isoe|eusc-de)-(north|south|east|west|central|northeast|northwest|southeast|southwest)-\d$/.test(
    region,
  );
}
